import { type CostBooks, costAt } from '../money/cost-book.ts'
import { parseUsd } from '../money/nano.ts'
import { flatPrices, type SellPrice, type TokenPrices } from '../money/price.ts'

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

/** The models of the native dialect, and the makers' own names. */
export const DEFAULT_CATALOGUE: readonly CatalogueModel[] = [
  model('batch-4.1', 'openai', 'gpt-4.1', { sell: flat('8.00', '2.00') }),
  model('batch-flash-3.5', 'gemini', 'gemini-2.5-flash-lite', { sell: flat('2.50', '0.30') }),
  model('batch-pro', 'anthropic', 'claude-sonnet-4-5'),
  model('gpt-4.1', 'openai', 'gpt-4.1'),
  model('gpt-4.1-mini', 'openai', 'gpt-4.1-mini'),
  model('gpt-4.1-nano', 'openai', 'gpt-4.1-nano'),
  model('gpt-4o', 'openai', 'gpt-4o'),
  model('gpt-4o-mini', 'openai', 'gpt-4o-mini'),
  model('text-embedding-3-small', 'openai', 'text-embedding-3-small'),
  model('text-embedding-3-large', 'openai', 'text-embedding-3-large'),
  model('claude-sonnet-4-5', 'anthropic', 'claude-sonnet-4-5'),
  model('gemini-2.5-flash', 'gemini', 'gemini-2.5-flash'),
  model('deepseek-v3.2', 'deepseek', 'deepseek-v3.2', { costBook: 'deepseek-flash' }),
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

const timesPercent = (prices: TokenPrices, percent: number): TokenPrices => {
  if (percent === 100) return prices
  const times = (price: bigint): bigint => (price * BigInt(percent) + 50n) / 100n
  return {
    input: times(prices.input),
    cachedInput: times(prices.cachedInput),
    cacheWrite: times(prices.cacheWrite),
    output: times(prices.output),
  }
}
