import { describe, expect, it } from 'vitest'
import { type CostEntry, costAt } from './cost-book.ts'
import { flatPrices } from './price.ts'

const entry = (name: string, more: Partial<CostEntry>): CostEntry => ({
  list: flatPrices(2n),
  batch: flatPrices(1n),
  source: name,
  checkedOn: '2026-11-25',
  ...more,
})

const books = new Map([
  ['a', [entry('old', { until: 100 }), entry('mid', { from: 100, until: 200 }), entry('new', { from: 200 })]],
  ['gap', [entry('old', { until: 100 }), entry('new', { from: 200 })]],
])

describe('what a provider takes at a time', () => {
  it.each([
    [0, 'old'],
    [99, 'old'],
    [100, 'mid'],
    [199, 'mid'],
    [200, 'new'],
    [1e13, 'new'],
  ])('%i: the entry from its first moment on, until before its last', (at, source) => {
    expect(costAt(books, 'a', at)?.source).toBe(source)
  })

  it('is unknown, and not zero, where no entry is in force or there is no book', () => {
    expect(costAt(books, 'gap', 150)).toBeUndefined()
    expect(costAt(books, 'none', 150)).toBeUndefined()
  })
})
