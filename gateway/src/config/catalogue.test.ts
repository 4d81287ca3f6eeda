import { describe, expect, it } from 'vitest'
import { flatPrices } from '../money/price.ts'
import { type CatalogueModel, DEFAULT_CATALOGUE, sellPriceOf } from './catalogue.ts'
import { DEFAULT_COSTS } from './costs/default-costs.ts'

const NOW = Date.UTC(2026, 10, 25)

const entry = (more: Partial<CatalogueModel>): CatalogueModel => ({
  id: 'm',
  providerModel: 'p',
  maker: 'openai',
  costBook: 'p',
  costFactorPercent: 100,
  ...more,
})

const costs = new Map([
  ['p', [{ list: flatPrices(1_001n), batch: flatPrices(1n), source: 's', checkedOn: '2026-11-25' }]],
])

describe('what a model is sold at', () => {
  it('is its fixed price, whatever it costs', () => {
    const sell = { list: flatPrices(8n), batch: flatPrices(2n) }
    expect(sellPriceOf(entry({ sell }), costs, NOW)).toEqual(sell)
    expect(sellPriceOf(entry({ sell }), new Map(), NOW)).toEqual(sell)
  })

  it('is its cost times a factor where it has none, rounded half up', () => {
    const at = (costFactorPercent: number) => sellPriceOf(entry({ costFactorPercent }), costs, NOW)
    expect(at(100)).toEqual({ list: flatPrices(1_001n), batch: flatPrices(1n) })
    expect(at(150)).toEqual({ list: flatPrices(1_502n), batch: flatPrices(2n) })
    expect(at(49)?.batch).toEqual(flatPrices(0n))
  })

  it('is unknown where neither is known: such a model cannot be sold', () => {
    expect(sellPriceOf(entry({ costBook: 'none' }), costs, NOW)).toBeUndefined()
  })

  it('is known for every model that we bring', () => {
    const unsold = DEFAULT_CATALOGUE.filter((model) => !sellPriceOf(model, DEFAULT_COSTS, NOW))
    expect(unsold.map(({ id }) => id)).toEqual([])
  })
})
