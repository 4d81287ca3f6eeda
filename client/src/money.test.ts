import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatUsd, parseUsd, percentOf, roundUsd } from './money.ts'

describe('money', () => {
  it('survives being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (amount) => {
        expect(parseUsd(formatUsd(amount))).toBe(amount)
      }),
    )
  })

  it('reads decimals exactly and nothing else', () => {
    expect(parseUsd('0.000000001')).toBe(1n)
    expect(parseUsd('12.5')).toBe(12_500_000_000n)
    for (const text of ['', '1e3', '.5', '1.', '0.0000000001', '1,5', 'NaN'])
      expect(parseUsd(text)).toBeUndefined()
  })

  it('is rounded half up for people', () => {
    expect(roundUsd(1_235_000_000n, 2)).toBe('1.24')
    expect(roundUsd(1_234_999_999n, 2)).toBe('1.23')
    expect(roundUsd(999_999_999n, 2)).toBe('1.00')
    expect(roundUsd(-4_000_000n, 2)).toBe('0.00')
    expect(roundUsd(-5_000_000n, 2)).toBe('-0.01')
    expect(roundUsd(2_500_000_000n, 0)).toBe('3')
  })

  it('tells shares with one decimal', () => {
    expect(percentOf(75n, 100n)).toBe('75.0')
    expect(percentOf(1n, 3n)).toBe('33.3')
    expect(percentOf(2n, 3n)).toBe('66.7')
    expect(percentOf(-1n, 4n)).toBe('-25.0')
    expect(percentOf(1n, 0n)).toBeUndefined()
  })
})
