import { type Hours, isWithin } from './hours.ts'
import type { TokenPrices } from './price.ts'

/** What a provider takes for the tokens of a model, from some day on. */
export interface CostEntry {
  /** Milliseconds since 1970; absent: since ever. */
  readonly from?: number
  /** Exclusive; absent: until further notice. */
  readonly until?: number
  /** In force at these hours alone; absent: around the clock, as far as no entry before it is in force. */
  readonly hours?: Hours
  readonly list: TokenPrices
  readonly batch: TokenPrices
  readonly source: string
  /** ISO date; absent where nobody said. */
  readonly checkedOn?: string
}

export type CostBooks = ReadonlyMap<string, readonly CostEntry[]>

/**
 * The first entry in force at that time, or undefined: an unknown cost is never taken for zero. A book may be asked
 * for by a dated name, `gpt-4.1-2025-04-14`, and is found by the name without its date where it has none of its own.
 */
export const costAt = (books: CostBooks, book: string, at: number): CostEntry | undefined =>
  (books.get(book) ?? books.get(undated(book)))?.find((entry) => isInForce(entry, at))

const undated = (name: string): string => name.replace(/-(\d{8}|\d{4}-\d{2}-\d{2})$/, '')

const isInForce = ({ from, until, hours }: CostEntry, at: number): boolean =>
  (from === undefined || at >= from) && (until === undefined || at < until) && (!hours || isWithin(hours, at))
