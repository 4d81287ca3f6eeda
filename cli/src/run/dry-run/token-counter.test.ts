import { describe, expect, it } from 'vitest'
import { createCountTokens, createTokenEstimator } from './token-counter.ts'

describe('tokens', () => {
  it('are those of the tokenizer; words of control and long runs do no harm', () => {
    const countTokens = createCountTokens()
    expect(countTokens('')).toBe(0)
    expect(countTokens('Hello world')).toBe(2)
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1)
    expect(countTokens('a'.repeat(100_000))).toBeGreaterThan(1_000)
  })

  it('of a small input are all counted', () => {
    const estimator = createTokenEstimator((text) => text.length / 2)
    for (let text = 0; text < 1_000; text++) expect(estimator.show('x'.repeat(100))).toBe(50)
    expect(estimator.estimate()).toEqual({ tokens: 50_000, countedCharacters: 100_000, characters: 100_000 })
  })

  it('of a large input are counted in a part of it, from its whole length', () => {
    let counted = 0
    const estimator = createTokenEstimator((text) => {
      counted += text.length
      // Later texts have more tokens a character: a sample of the beginning alone would be wrong by half.
      return text.startsWith('x') ? text.length / 4 : text.length / 2
    })
    const early = 'x'.repeat(10_000)
    const late = 'y'.repeat(10_000)
    for (let text = 0; text < 8_000; text++) estimator.show(text < 4_000 ? early : late)
    const { tokens, countedCharacters, characters } = estimator.estimate()
    expect(characters).toBe(80_000_000)
    expect(countedCharacters).toBe(counted)
    expect(counted).toBeLessThan(45_000_000)
    expect(tokens / 30_000_000).toBeGreaterThan(0.95)
    expect(tokens / 30_000_000).toBeLessThan(1.05)
  })
})
