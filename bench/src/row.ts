import type { CourseName } from './courses.ts'
import type { Figures } from './runner.ts'
import type { RunnerName } from './runners/index.ts'

/** A figure of one runner: of one round, or the median of all. */
export type Read = (runner: RunnerName, figure: keyof Figures) => number

/** One promise. Rows of one course are measured in the same rounds, so that their figures belong together. */
export interface Row {
  readonly name: string
  readonly what: string
  readonly unit: string
  readonly course: CourseName
  readonly runners: readonly RunnerName[]
  value(read: Read): number
  readonly better: 'more' | 'less'
  /** What must be reached. */
  readonly bar: number
  /** What is worth reaching. */
  readonly aim?: number
}

export const reaches = ({ better }: Pick<Row, 'better'>, value: number, mark: number): boolean =>
  better === 'more' ? value >= mark : value <= mark
