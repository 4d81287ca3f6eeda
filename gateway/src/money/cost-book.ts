import type { TokenPrices } from './price.ts'

/** What a provider takes for the tokens of a model, from some day on. */
export interface CostEntry {
  /** Milliseconds since 1970; absent: since ever. */
  readonly from?: number
  /** Exclusive; absent: until further notice. */
  readonly until?: number
  readonly list: TokenPrices
  readonly batch: TokenPrices
  readonly source: string
  /** ISO date; absent where nobody said. */
  readonly checkedOn?: string
}

export type CostBooks = ReadonlyMap<string, readonly CostEntry[]>

/** The entry that was in force at that time, or undefined: an unknown cost is never taken for zero. */
export const costAt = (books: CostBooks, book: string, at: number): CostEntry | undefined =>
  books
    .get(book)
    ?.find(({ from, until }) => (from === undefined || at >= from) && (until === undefined || at < until))
