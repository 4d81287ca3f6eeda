import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatUsd, parseUsd } from './nano.ts'

describe('an amount in USD', () => {
  it.each([
    ['2', 2_000_000_000n],
    ['0.30', 300_000_000n],
    ['12.000000001', 12_000_000_001n],
    ['0', 0n],
    ['007.5', 7_500_000_000n],
    ['999999999.999999999', 999_999_999_999_999_999n],
  ])('%s is read to the nano', (text, amount) => {
    expect(parseUsd(text)).toBe(amount)
  })

  it.each([
    '',
    '.5',
    '5.',
    '-1',
    '+1',
    '1e3',
    '1,5',
    '1_000',
    ' 1',
    '1 ',
    '$1',
    '0x10',
    '0.1234567891',
    '1234567890',
    '1\n',
    'NaN',
    '٣',
  ])('%j is none, and is not guessed at', (text) => {
    expect(parseUsd(text)).toBeUndefined()
  })

  it.each([
    [2_000_000_000n, '2.00'],
    [412_000n, '0.000412'],
    [-1_500_000_000n, '-1.50'],
    [1n, '0.000000001'],
    [-1n, '-0.000000001'],
    [0n, '0.00'],
    [10n ** 30n, `${10n ** 21n}.00`],
  ])('of %s nano is written %s', (amount, text) => {
    expect(formatUsd(amount)).toBe(text)
  })

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }),
        (amount) => parseUsd(formatUsd(amount)) === amount,
      ),
    )
  })
})
