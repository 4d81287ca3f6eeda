import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeSell,
  encodeSell,
  flatPrices,
  mapPrices,
  priceOf,
  type TokenPrices,
  withoutLongInput,
} from './price.ts'
import type { Usage } from './usage.ts'

const MTOK = 1_000_000n

const usage = (more: Partial<Usage>): Usage => ({
  promptTokens: 0,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  ...more,
})

const price = fc.bigInt({ min: 0n, max: 10n ** 15n })
const kinds = { input: price, cachedInput: price, cacheWrite: price, output: price }
const prices: fc.Arbitrary<TokenPrices> = fc.record(kinds)
/** With the prices that only some makers have. */
const allPrices: fc.Arbitrary<TokenPrices> = fc.record(
  {
    ...kinds,
    cacheWrite1h: price,
    longInput: fc.record({ aboveTokens: fc.nat(), prices }),
  },
  { requiredKeys: ['input', 'cachedInput', 'cacheWrite', 'output'] },
)
const tokens = fc.nat(0xffff_ffff)
const wholeUsage: fc.Arbitrary<Usage> = fc
  .tuple(tokens, fc.nat(1_000), fc.nat(1_000), tokens, tokens)
  .map(([fresh, cachedTokens, cacheWriteTokens, completionTokens, reasoningTokens]) => ({
    promptTokens: fresh + cachedTokens + cacheWriteTokens,
    cachedTokens,
    cacheWriteTokens,
    completionTokens,
    reasoningTokens,
  }))

/** The exact sum, in millionths of a nano-USD. */
const exact = (used: Usage, at: TokenPrices): bigint =>
  BigInt(used.promptTokens - used.cachedTokens - used.cacheWriteTokens) * at.input +
  BigInt(used.cachedTokens) * at.cachedInput +
  BigInt(used.cacheWriteTokens) * at.cacheWrite +
  BigInt(used.completionTokens) * at.output

describe('the price of an answer', () => {
  it('is what the tokens of each kind cost together, rounded once, half up', () => {
    fc.assert(
      fc.property(wholeUsage, prices, (used, at) => {
        const twiceOff = 2n * (priceOf(used, at) * MTOK - exact(used, at))
        // Off by at most half of a nano-USD, and a half goes up.
        expect(twiceOff > -MTOK && twiceOff <= MTOK).toBe(true)
      }),
    )
  })

  it.each([
    [499_999, 0n],
    [500_000, 1n],
    [500_001, 1n],
    [1_499_999, 1n],
    [1_500_000, 2n],
  ])('of %i tokens at 1 nano-USD a million is %s', (promptTokens, charge) => {
    expect(priceOf(usage({ promptTokens }), flatPrices(1n))).toBe(charge)
  })

  it('is rounded once and not for each kind', () => {
    const third = usage({ promptTokens: 1_000_000, cachedTokens: 400_000, cacheWriteTokens: 300_000 })
    // Fresh, read and written alone would give 0 + 0 + 0.
    expect(priceOf(third, flatPrices(1n))).toBe(1n)
  })

  it('counts cached and written tokens as parts of the input, reasoning as part of the output', () => {
    const at: TokenPrices = {
      input: MTOK,
      cachedInput: 10n * MTOK,
      cacheWrite: 100n * MTOK,
      output: 1_000n * MTOK,
    }
    const used = usage({
      promptTokens: 9,
      cachedTokens: 2,
      cacheWriteTokens: 3,
      completionTokens: 5,
      reasoningTokens: 4,
    })
    expect(priceOf(used, at)).toBe(4n + 20n + 300n + 5_000n)
  })

  it('has a price of its own for what a cache keeps for an hour, where the maker asks for one', () => {
    const used = usage({ promptTokens: 10, cacheWriteTokens: 10, cacheWrite1hTokens: 4 })
    const at = { ...flatPrices(0n), cacheWrite: MTOK }
    expect(priceOf(used, { ...at, cacheWrite1h: 3n * MTOK })).toBe(6n + 12n)
    expect(priceOf(used, at)).toBe(10n)
  })

  it('is another one for all tokens of a request whose input is long', () => {
    const at: TokenPrices = {
      ...flatPrices(MTOK),
      longInput: { aboveTokens: 100, prices: flatPrices(5n * MTOK) },
    }
    expect(priceOf(usage({ promptTokens: 100, completionTokens: 7 }), at)).toBe(107n)
    expect(priceOf(usage({ promptTokens: 101, completionTokens: 7 }), at)).toBe(540n)
    expect(priceOf(usage({ promptTokens: 101, completionTokens: 7 }), withoutLongInput(at))).toBe(108n)
  })

  it('is nothing where nothing was used', () => {
    fc.assert(fc.property(prices, (at) => priceOf(usage({}), at) === 0n))
  })

  it('at one flat price depends on the number of tokens alone', () => {
    fc.assert(
      fc.property(wholeUsage, price, (used, at) => {
        const plain = usage({ promptTokens: used.promptTokens, completionTokens: used.completionTokens })
        return priceOf(used, flatPrices(at)) === priceOf(plain, flatPrices(at))
      }),
    )
  })
})

describe('prices that are changed', () => {
  it('are all changed, whatever kinds there are', () => {
    fc.assert(
      fc.property(allPrices, (given) => {
        const twice = mapPrices(given, (each) => each * 2n)
        expect(mapPrices(twice, (each) => each / 2n)).toEqual(given)
      }),
    )
  })
})

describe('a frozen sell price', () => {
  it('comes back from its row as it was, whatever its size', () => {
    fc.assert(
      fc.property(allPrices, allPrices, (list, batch) => {
        const book = new Map([['m', { list, batch }]])
        expect(decodeSell(encodeSell(book))).toEqual(book)
      }),
    )
  })

  it('holds its figures as text: a JSON number would lose the last digits', () => {
    const sell = { list: flatPrices(9_007_199_254_740_993n), batch: flatPrices(1n) }
    expect(JSON.parse(encodeSell(new Map([['m', sell]]))).m.list.input).toBe('9007199254740993')
  })
})
