import type { SellPrice, TokenPrices } from '../money/price.ts'
import { NO_USAGE, type Usage } from '../money/usage.ts'
import { priceAnswer } from './price-answer.ts'
import type { Tier, UsageEntry } from './usage-entry.ts'

/** Who made an ordinary call, what for, and at which price. */
export interface Purchase {
  readonly account: string
  readonly apiKey: string
  readonly model: string
  readonly tier: Tier
  /** The prices of the moment at which the call came. */
  readonly sell: SellPrice
}

/** What was generated for a call. */
export interface Generated {
  /** Undefined where the provider did not tell. */
  readonly usage: Usage | undefined
  readonly estimate: () => Usage
  /** Undefined where no book knows it. */
  readonly cost: TokenPrices | undefined
}

/** An answer that its caller got, or left in the middle: charged at the price of its tier. */
export const chargedCall = (purchase: Purchase, generated: Generated): UsageEntry => {
  const { tier, sell } = purchase
  const { usageEstimated: estimated, ...priced } = priceAnswer({
    ...generated,
    sell: tier === 'batch' ? sell : { list: sell.list, batch: sell.list },
  })
  return { ...ofPurchase(purchase), ...priced, estimated, waste: 0n, failed: false }
}

/** A call without an answer costs nothing; of one that broke in the middle, what the provider takes is waste. */
export const failedCall = (purchase: Purchase, generated?: Generated): UsageEntry => {
  const lost = generated && chargedCall(purchase, generated)
  return {
    ...ofPurchase(purchase),
    usage: NO_USAGE,
    estimated: false,
    charge: 0n,
    listCharge: 0n,
    cost: 0n,
    costUnknown: lost?.costUnknown ?? false,
    waste: lost?.cost ?? 0n,
    failed: true,
  }
}

const ofPurchase = ({ account, apiKey, model, tier }: Purchase) => ({ account, apiKey, model, tier })
