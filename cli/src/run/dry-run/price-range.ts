import type { NanoUsd } from '@sheepfold/client'
import { perMillion, type TokenPrices } from '../pricing.ts'

/** Assumed for an answer where `--max-tokens` does not limit it. */
export const outputTokensAssumed = 4_096

export interface PriceRange {
  /** The prompts alone. */
  readonly low: NanoUsd
  /** Each answer as long as it may be. */
  readonly high: NanoUsd
}

export const priceRange = (
  size: {
    readonly promptTokens: number
    readonly records: number
    readonly outputTokensMax: number | undefined
  },
  prices: TokenPrices,
): PriceRange => {
  const low = perMillion(size.promptTokens, prices.input)
  const outputTokens = size.records * (size.outputTokensMax ?? outputTokensAssumed)
  return { low, high: low + perMillion(outputTokens, prices.output) }
}
