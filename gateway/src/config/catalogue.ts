import { type CostBooks, costAt } from '../money/cost-book.ts'
import { parseUsd } from '../money/nano.ts'
import { flatPrices, mapPrices, type SellPrice, type TokenPrices } from '../money/price.ts'
import { ANTHROPIC_COSTS } from './costs/anthropic.ts'
import { DEEPSEEK_COSTS } from './costs/deepseek.ts'
import { GEMINI_COSTS } from './costs/gemini.ts'
import { OPENAI_COSTS } from './costs/openai.ts'

/** A model of ours: the name that clients ask for, what answers, and what it is sold at. */
export interface CatalogueModel {
  readonly id: string
  /** The maker's own name. */
  readonly providerModel: string
  readonly maker: Maker
  /** The book of its costs. */
  readonly costBook: string
  /** Fixed prices; without them it is sold at its cost × `costFactorPercent`. */
  readonly sell?: SellPrice
  readonly costFactorPercent: number
}

export type Maker = 'openai' | 'anthropic' | 'gemini' | 'deepseek'

const flat = (list: string, batch: string): SellPrice => ({
  list: flatPrices(parseUsd(list) ?? 0n),
  batch: flatPrices(parseUsd(batch) ?? 0n),
})

const model = (
  id: string,
  maker: Maker,
  providerModel: string,
  more: { sell?: SellPrice; costBook?: string } = {},
): CatalogueModel => ({ id, maker, providerModel, costBook: providerModel, costFactorPercent: 100, ...more })

/** Whatever has a price is sold, under its maker's own name. */
const named = (
  maker: Maker,
  books: ReadonlyArray<readonly [book: string, entries: unknown]>,
): CatalogueModel[] => books.map(([book]) => model(book, maker, book))

/** The models of the native dialect, and the makers' own names. */
export const DEFAULT_CATALOGUE: readonly CatalogueModel[] = [
  model('batch-4.1', 'openai', 'gpt-4.1', { sell: flat('8.00', '2.00') }),
  model('batch-flash-3.5', 'gemini', 'gemini-2.5-flash-lite', { sell: flat('2.50', '0.30') }),
  model('batch-pro', 'anthropic', 'claude-sonnet-4-5'),
  ...named('openai', OPENAI_COSTS),
  ...named('anthropic', ANTHROPIC_COSTS),
  ...named('gemini', GEMINI_COSTS),
  ...named('deepseek', DEEPSEEK_COSTS),
  // DeepSeek has it no more: what it was followed by answers.
  model('deepseek-v3.2', 'deepseek', 'deepseek-flash'),
]

/** The sell price at that time, or undefined where neither a price nor a cost is known. */
export const sellPriceOf = (entry: CatalogueModel, books: CostBooks, at: number): SellPrice | undefined => {
  if (entry.sell) return entry.sell
  const cost = costAt(books, entry.costBook, at)
  if (!cost) return undefined
  return {
    list: timesPercent(cost.list, entry.costFactorPercent),
    batch: timesPercent(cost.batch, entry.costFactorPercent),
  }
}

const timesPercent = (prices: TokenPrices, percent: number): TokenPrices =>
  percent === 100 ? prices : mapPrices(prices, (price) => (price * BigInt(percent) + 50n) / 100n)
