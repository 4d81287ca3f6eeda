import { describe, expect, it } from 'vitest'
import { type BilledText, estimateInput, estimateUsage } from './estimate-usage.ts'

const exchange = (input: string, output: string): BilledText => ({
  input: [input],
  inputTokens: 0,
  output: [output],
})

describe('usage that a provider did not tell', () => {
  it('is counted by a tokenizer, request and answer apart', () => {
    expect(estimateUsage(exchange('Hello, world!', 'Hi'))).toEqual({
      promptTokens: 4,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      completionTokens: 1,
      reasoningTokens: 0,
    })
    expect(estimateUsage(exchange('', ''))).toMatchObject({ promptTokens: 0, completionTokens: 0 })
  })

  it('takes the special tokens of the encoding for text, as they come from clients', () => {
    expect(estimateUsage(exchange('<|endoftext|>', '<|im_start|>')).promptTokens).toBeGreaterThan(1)
  })

  it('counts a long text in slices, and at most one token more for each', () => {
    const words = 'the quick brown fox jumps over the lazy dog '
    const one = estimateUsage(exchange(words.repeat(40), '')).promptTokens
    const ten = estimateUsage(exchange(words.repeat(400), '')).promptTokens
    expect(Math.abs(ten - 10 * one)).toBeLessThanOrEqual(20)
  })

  it('counts a character that a slice cuts in two', () => {
    const text = `${'a'.repeat(1_999)}😀${'b'.repeat(10)}`
    expect(estimateUsage(exchange(text, '')).promptTokens).toBeGreaterThan(0)
  })

  it('is the sum over all texts, and of what came as tokens already', () => {
    const twice = { input: ['Hello, world!', 'Hello, world!'], inputTokens: 5, output: ['Hi', 'Hi', 'Hi'] }
    expect(estimateUsage(twice)).toMatchObject({ promptTokens: 4 + 4 + 5, completionTokens: 3 })
    expect(estimateUsage({ input: [], inputTokens: 0, output: [] })).toMatchObject({
      promptTokens: 0,
      completionTokens: 0,
    })
  })
})

describe('the tokens of what is asked', () => {
  it('are those that an estimate of its usage has', async () => {
    const text = 'the quick brown fox jumps over the lazy dog '
    for (const input of [[], ['Hello, world!'], [text.repeat(1_000), text, text.repeat(500)]]) {
      const { promptTokens } = estimateUsage({ input, inputTokens: 3, output: [] })
      expect(await estimateInput({ input, inputTokens: 3 })).toBe(promptTokens)
    }
  })

  it('leave turns of the loop to everybody else', async () => {
    let turns = 0
    let isOver = false
    const others = (): void => {
      turns += 1
      if (!isOver) setImmediate(others)
    }
    setImmediate(others)
    await estimateInput({ input: ['x '.repeat(100_000)], inputTokens: 0 })
    isOver = true
    expect(turns).toBeGreaterThan(10)
  })
})
