import type { Nano } from '../../money/nano.ts'
import type { Durations } from './durations.ts'

/** One row of the table of metrics: what the manual says of it, and where its figures are read. */
export interface MetricRow<Sources> {
  /** `sheepfold_…`, with its unit at the end, and `_total` where it only grows. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly unit: string
  /** What each label may hold. Never an id of an account, a key, a batch or a request: there are too many. */
  readonly labels: Readonly<Record<string, string>>
  /** One sentence. */
  readonly means: string
  /** What a surprising value means, and what to do then. */
  readonly surprise: string
  read(sources: Sources): readonly Sample[]
}

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>
  /** A histogram's are durations, every other metric's are numbers. */
  readonly value: number | Durations
}

export interface MetricGroup<Sources> {
  readonly title: string
  readonly rows: readonly MetricRow<Sources>[]
}

/** For a metric without labels. */
export const one = (value: Sample['value']): Sample[] => [{ value }]

/** A sample for each entry: its name in one label, beside others. */
export const byName = <Entry>(
  label: string,
  entries: Iterable<readonly [string, Entry]>,
  figureOf: (entry: Entry) => Sample['value'],
  beside: Readonly<Record<string, string>> = {},
): Sample[] =>
  Array.from(entries, ([name, entry]) => ({ labels: { ...beside, [label]: name }, value: figureOf(entry) }))

/** Prometheus knows floats alone: the integer stays what counts, this is for a graph. */
export const usd = (amount: Nano): number => Number(amount) / 1e9
