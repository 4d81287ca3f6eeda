import { type CatalogueModel, sellPriceOf } from '../config/catalogue.ts'
import type { CostBooks } from '../money/cost-book.ts'
import type { Nano } from '../money/nano.ts'
import type { SellBook, SellPrice } from '../money/price.ts'
import { planBatch } from './plan-batch.ts'

/** What is bought of one model. */
export interface PlannedModel {
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface FilePlan {
  readonly sell: SellBook
  readonly hold: Nano
}

export interface PlanPrices {
  readonly catalogue: ReadonlyMap<string, CatalogueModel>
  readonly costBooks: CostBooks
  readonly at: number
}

/** Fixes price and hold of a batch of several models. Each has a price: that was asked before. */
export const planFileBatch = (models: readonly PlannedModel[], prices: PlanPrices): FilePlan => {
  const sell = new Map<string, SellPrice>()
  let hold = 0n
  for (const { model, inputTokens, outputTokens } of models) {
    const entry = prices.catalogue.get(model)
    const plan =
      entry &&
      planBatch({
        model: entry,
        costBooks: prices.costBooks,
        at: prices.at,
        estimatedInputTokens: inputTokens,
        estimatedOutputTokens: outputTokens,
      })
    if (!plan) throw new Error(`"${model}" was checked, and has no price`)
    sell.set(model, plan.sell)
    hold += plan.hold
  }
  return { sell, hold }
}

export const isPriced = (model: string, { catalogue, costBooks, at }: PlanPrices): boolean => {
  const entry = catalogue.get(model)
  return entry !== undefined && sellPriceOf(entry, costBooks, at) !== undefined
}
