import { type NanoUsd, percentOf, roundUsd } from '@sheepfold/client'
import type { Latency, Summary } from './summary.ts'

export interface Column {
  readonly title: string
  readonly summary: Summary
}

const unknown = 'not told'

/** One column a job. A rate of nothing is a dash. */
export const summaryTable = (columns: readonly Column[]): string => {
  const rows = lines.map(([label, cell]) => [label, ...columns.map(({ summary }) => cell(summary))])
  return renderTable(['', ...columns.map(({ title }) => title)], rows)
}

const lines: readonly (readonly [string, (summary: Summary) => string])[] = [
  ['documents', ({ documents }) => count(documents)],
  ['seconds', ({ seconds }) => seconds.toFixed(1)],
  ['documents/min', ({ documents, seconds }) => (seconds > 0 ? count((documents / seconds) * 60) : '-')],
  ['success rate', successRate],
  ['latency of a document, submit to batch done: mean', ({ latency }) => time(latency, 'meanMs')],
  ['latency of a document, submit to batch done: P99', ({ latency }) => time(latency, 'p99Ms')],
  ['latency of a provider call: mean', ({ call }) => time(call, 'meanMs')],
  ['latency of a provider call: P99, slowest batch', ({ call }) => time(call, 'p99Ms')],
  ['tokens', ({ tokens }) => (tokens === undefined ? unknown : count(tokens))],
  ['batch cost', ({ batchCost }) => money(batchCost)],
  ['real-time cost', ({ realTimeCost }) => money(realTimeCost)],
  ['saved', savedCell],
]

function successRate({ documents, succeeded }: Summary): string {
  if (documents === 0) return '-'
  // 99.996 % is not all of them.
  const percent = Math.floor((succeeded / documents) * 10_000) / 100
  return `${percent.toFixed(2)} %`
}

function savedCell({ saved, realTimeCost }: Summary): string {
  if (saved === undefined || realTimeCost === undefined) return unknown
  const percent = percentOf(saved, realTimeCost)
  return percent === undefined ? money(saved) : `${money(saved)} (${percent} %)`
}

const count = (value: number) => Math.round(value).toLocaleString('en-US')

const time = (latency: Latency | undefined, which: keyof Latency) => {
  if (!latency) return unknown
  const ms = latency[which]
  return ms < 10_000 ? `${count(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

/** Whole cents where there are many, more decimals where there are none. */
export const money = (value: NanoUsd | undefined): string => {
  if (value === undefined) return unknown
  const small = value > -100_000_000n && value < 100_000_000n && value !== 0n
  return `$${roundUsd(value, small ? 6 : 2)}`
}

const renderTable = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const render = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('   ')
  const rule = widths.map((width) => '─'.repeat(width)).join('───')
  const body = rows.map(render)
  return (head.some((title) => title !== '') ? [render(head), rule, ...body] : body)
    .map((line) => line.trimEnd())
    .join('\n')
}
