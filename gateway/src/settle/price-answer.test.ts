import { describe, expect, it } from 'vitest'
import { flatPrices } from '../money/price.ts'
import type { Usage } from '../money/usage.ts'
import { priceAnswer } from './price-answer.ts'

const MTOK = 1_000_000n
const sell = { list: flatPrices(8n * MTOK), batch: flatPrices(2n * MTOK) }
const cost = flatPrices(3n * MTOK)
const usage: Usage = {
  promptTokens: 10,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  completionTokens: 5,
  reasoningTokens: 0,
}

const unasked = (): Usage => expect.unreachable('the provider told the usage')

describe('the price of one answer', () => {
  it('is charged at the frozen batch price, compared with list, and costed by its own book', () => {
    expect(priceAnswer({ usage, estimate: unasked, sell, cost })).toEqual({
      usage,
      usageEstimated: false,
      charge: 30n,
      listCharge: 120n,
      cost: 45n,
      costUnknown: false,
    })
  })

  it('is that of an estimate where the provider told no usage, and says so', () => {
    const priced = priceAnswer({ usage: undefined, estimate: () => usage, sell, cost })
    expect(priced).toMatchObject({ usage, usageEstimated: true, charge: 30n })
  })

  it('has a cost that is unknown, never zero in silence, where no book has it', () => {
    const priced = priceAnswer({ usage, estimate: unasked, sell, cost: undefined })
    expect(priced).toMatchObject({ charge: 30n, cost: 0n, costUnknown: true })
  })
})
