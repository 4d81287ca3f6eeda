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

  it('is found under a dated name by the name without its date, as far as it has no book of its own', () => {
    expect(costAt(books, 'a-2026-04-14', 0)?.source).toBe('old')
    expect(costAt(books, 'a-20260414', 0)?.source).toBe('old')
    expect(costAt(books, 'a-2026', 0)).toBeUndefined()
    const own = new Map([...books, ['a-20260414', [entry('its own', {})]] as const])
    expect(costAt(own, 'a-20260414', 0)?.source).toBe('its own')
  })

  it('is that of its hours, and at all others that of the entry behind', () => {
    const hours = {
      utcOffsetMinutes: 0,
      weekdays: new Set([4]),
      except: new Set<string>(),
      spans: [{ from: 60, until: 120 }],
    }
    const book = new Map([['m', [entry('peak', { hours }), entry('off-peak', {})]]])
    const HOUR = 3_600_000
    expect([0, HOUR, 2 * HOUR].map((at) => costAt(book, 'm', at)?.source)).toEqual([
      'off-peak',
      'peak',
      'off-peak',
    ])
  })

  it('is unknown, and not zero, where no entry is in force or there is no book', () => {
    expect(costAt(books, 'gap', 150)).toBeUndefined()
    expect(costAt(books, 'none', 150)).toBeUndefined()
  })
})
