import { expect, test } from 'vitest'
import type { Row } from '../row.ts'
import { table } from './table.ts'

const row: Row = {
  name: 'rate',
  what: 'requests',
  unit: '÷',
  course: 'fullRate',
  runners: [],
  value: () => 0,
  better: 'more',
  bar: 0.85,
  aim: 1.1,
}

test('columns in line, figures to the right, and what the bar says', () => {
  const memory: Row = { name: 'memory', what: 'peak', unit: 'MB', ...lessThan(1_300) }
  const text = table([
    { row, value: 0.9, spread: [0.8, 1], passed: true },
    { row: memory, value: 1_383, spread: [1_200, 1_400], passed: false },
  ])
  expect(text.split('\n')).toEqual([
    'row             unit  median         spread      bar     aim',
    'rate: requests  ÷       0.90    0.80 – 1.00   ≥ 0.85  ≥ 1.10  pass',
    'memory: peak    MB     1,383  1,200 – 1,400  ≤ 1,300          FAIL',
  ])
})

test('what could not be measured says why', () => {
  expect(table([{ row, why: 'wrk is missing' }])).toContain('not measured: wrk is missing')
})

const lessThan = (bar: number) =>
  ({ course: 'queue', runners: [], value: () => 0, better: 'less', bar }) as const
