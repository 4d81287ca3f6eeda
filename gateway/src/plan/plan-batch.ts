import { type CatalogueModel, sellPriceOf } from '../config/catalogue.ts'
import type { CostBooks } from '../money/cost-book.ts'
import type { Nano } from '../money/nano.ts'
import { priceOf, type SellPrice, withoutLongInput } from '../money/price.ts'

/** What is fixed when a batch is accepted; deployment and engine are chosen when a shard can start. */
export interface BatchPlan {
  readonly sell: SellPrice
  /** Money set aside: what the batch costs if its estimates are all reached. */
  readonly hold: Nano
}

/** Undefined where the model has neither a price nor a known cost: it cannot be sold. */
export const planBatch = (order: {
  model: CatalogueModel
  costBooks: CostBooks
  at: number
  estimatedInputTokens: number
  estimatedOutputTokens: number
}): BatchPlan | undefined => {
  const sell = sellPriceOf(order.model, order.costBooks, order.at)
  if (!sell) return undefined
  const usage = {
    promptTokens: order.estimatedInputTokens,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    completionTokens: order.estimatedOutputTokens,
    reasoningTokens: 0,
  }
  return { sell, hold: priceOf(usage, withoutLongInput(sell.batch)) }
}
