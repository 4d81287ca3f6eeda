import { describe, expect, it } from 'vitest'
import { flatPrices } from '../money/price.ts'
import { chargedCall, failedCall, type Generated, type Purchase } from './price-call.ts'
import type { UsageEntry } from './usage-entry.ts'

const MTOK = 1_000_000n

const purchase: Purchase = {
  account: 'acct_1',
  apiKey: 'key_1',
  model: 'm',
  tier: 'list',
  sell: { list: flatPrices(10n * MTOK), batch: flatPrices(4n * MTOK) },
}

const usage = {
  promptTokens: 3,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  completionTokens: 2,
  reasoningTokens: 0,
}

const generated: Generated = {
  usage,
  estimate: () => ({ ...usage, completionTokens: 7 }),
  cost: flatPrices(2n * MTOK),
}

const WHOSE = { account: 'acct_1', apiKey: 'key_1', model: 'm' }

describe('the price of an ordinary call', () => {
  it('is the list price of the moment', () => {
    expect(chargedCall(purchase, generated)).toEqual<UsageEntry>({
      ...WHOSE,
      tier: 'list',
      usage,
      estimated: false,
      charge: 50n,
      listCharge: 50n,
      cost: 10n,
      costUnknown: false,
      waste: 0n,
      failed: false,
    })
  })

  it('is the batch price where it was bought at that, and list stays what it is compared with', () => {
    const bought = { ...purchase, tier: 'batch' as const }
    expect(chargedCall(bought, generated)).toMatchObject({
      tier: 'batch',
      charge: 20n,
      listCharge: 50n,
      cost: 10n,
    })
  })

  it('is counted where the provider told no usage, and marked', () => {
    const entry = chargedCall(purchase, { ...generated, usage: undefined })
    expect(entry).toMatchObject({ estimated: true, charge: 100n, usage: { completionTokens: 7 } })
  })

  it('says of a cost that no book knows that it is unknown', () => {
    const entry = chargedCall(purchase, { ...generated, cost: undefined })
    expect(entry).toMatchObject({ charge: 50n, cost: 0n, costUnknown: true })
  })

  it('is nothing where the call failed', () => {
    expect(failedCall(purchase)).toEqual<UsageEntry>({
      ...WHOSE,
      tier: 'list',
      usage: {
        promptTokens: 0,
        cachedTokens: 0,
        cacheWriteTokens: 0,
        completionTokens: 0,
        reasoningTokens: 0,
      },
      estimated: false,
      charge: 0n,
      listCharge: 0n,
      cost: 0n,
      costUnknown: false,
      waste: 0n,
      failed: true,
    })
  })

  it('is nothing where the provider broke the answer off, and what it takes for that is waste', () => {
    expect(failedCall(purchase, generated)).toMatchObject({
      charge: 0n,
      cost: 0n,
      waste: 10n,
      failed: true,
      usage: { completionTokens: 0 },
    })
  })
})
