import type { SimProcess } from '../process.ts'
import type { Verb } from '../verbs.ts'

/** A transaction that has just been committed. */
export interface Committed {
  readonly verb: Verb | undefined
  readonly process: SimProcess
  /** The store's clock. */
  readonly now: number
  /** The workers before it, and when their leases end by the store's clock. */
  readonly workersBefore: ReadonlyMap<string, number>
}

export const describe = ({ verb, process }: Committed): string =>
  `${verb?.name ?? 'something'} of ${process.name}`
