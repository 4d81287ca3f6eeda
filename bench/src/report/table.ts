import type { Row } from '../row.ts'
import type { Measured } from './measured.ts'

/** A row that could not be measured, and why. */
export interface Unmeasured {
  readonly row: Row
  readonly why: string
}

export type Outcome = Measured | Unmeasured

const titles = ['row', 'unit', 'median', 'spread', 'bar', 'aim', '']

export const table = (outcomes: readonly Outcome[]): string => {
  const lines = [titles, ...outcomes.map(cells)]
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const text = lines.map((line) => line.map((cell, column) => padded(cell, widths[column] ?? 0, column)))
  return text.map((line) => line.join('  ').trimEnd()).join('\n')
}

/** Text to the left, numbers to the right. */
const padded = (cell: string, width: number, column: number): string =>
  column < 2 || column === titles.length - 1 ? cell.padEnd(width) : cell.padStart(width)

const cells = (outcome: Outcome): string[] => {
  const { row } = outcome
  const sign = row.better === 'more' ? '≥' : '≤'
  const aim = row.aim === undefined ? '' : `${sign} ${figure(row.aim)}`
  const marks = [`${sign} ${figure(row.bar)}`, aim]
  const label = `${row.name}: ${row.what}`
  if ('why' in outcome) return [label, row.unit, '-', '-', ...marks, `not measured: ${outcome.why}`]
  const [least, most] = outcome.spread
  const spread = `${figure(least)} – ${figure(most)}`
  return [label, row.unit, figure(outcome.value), spread, ...marks, outcome.passed ? 'pass' : 'FAIL']
}

/** Ratios to a hundredth; what is large, in whole numbers. */
export const figure = (value: number): string =>
  value < 20 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US')
