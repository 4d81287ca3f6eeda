import type { LossSummary } from '../../translate/check/loss-check.ts'
import type { Fault } from '../faults.ts'
import type { FileTarget } from '../file/contents.ts'
import type { DocumentFault, FieldFault } from '../json/array-splitter.ts'

/** What intake found in the document of a create. */
export interface DocumentContents {
  /** Why it cannot be read on from some byte. */
  readonly fault: DocumentFault | undefined
  readonly fieldFault: FieldFault | undefined
  /** Every member, in the order of the document. */
  readonly keys: readonly string[]
  /** All members but a list of requests. */
  readonly fields: ReadonlyMap<string, unknown>
  /** Elements of `requests`; undefined where it is no list. */
  readonly requests: number | undefined
  /** Bad requests, in the order of their indexes: the first ones, and how many there are. */
  readonly faults: readonly Fault[]
  readonly faultsTotal: number
  /** One for each model, in the order in which they first came; `firstLines` are indexes. */
  readonly targets: readonly FileTarget[]
  /** What would be lost of its requests where their model is spoken to in another format; `at` is an index. */
  readonly losses: LossSummary
}
