import type { Nano } from '../money/nano.ts'
import { priceOf, type SellPrice, type TokenPrices } from '../money/price.ts'
import type { Usage } from '../money/usage.ts'

export interface PricedAnswer {
  readonly usage: Usage
  readonly usageEstimated: boolean
  readonly charge: Nano
  readonly listCharge: Nano
  readonly cost: Nano
  readonly costUnknown: boolean
}

/**
 * Prices one answer: charged at the frozen batch price, compared with list, and costed by the book of
 * the deployment that gave it. A cost that no book knows is marked unknown, never taken for zero.
 */
export const priceAnswer = (input: {
  usage: Usage | undefined
  estimate: () => Usage
  sell: SellPrice
  cost: TokenPrices | undefined
}): PricedAnswer => {
  const usage = input.usage ?? input.estimate()
  return {
    usage,
    usageEstimated: input.usage === undefined,
    charge: priceOf(usage, input.sell.batch),
    listCharge: priceOf(usage, input.sell.list),
    cost: input.cost ? priceOf(usage, input.cost) : 0n,
    costUnknown: input.cost === undefined,
  }
}
