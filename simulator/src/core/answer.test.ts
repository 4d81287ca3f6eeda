import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { expectedAnswer } from './expected-answer.ts'
import { words } from './words.ts'

const ask = (content: string, more: Record<string, unknown> = {}) => ({
  model: 'gpt-4.1',
  messages: [{ role: 'user', content }],
  ...more,
})

describe('the words of answers', () => {
  it('are 256 different ones of one token each, with and without a space', () => {
    expect(new Set(words).size).toBe(256)
    for (const word of words) expect([word, countTokens(word), countTokens(` ${word}`)]).toEqual([word, 1, 1])
  })
})

describe('expectedAnswer', () => {
  it('is the same for the same request and seed, however it is written down', () => {
    const body = ask('hello')
    const reordered = '{"messages":[{"content":"hello","role":"user"}],"user":"me","model":"gpt-4.1"}'
    expect(expectedAnswer(body, 7)).toBe(expectedAnswer(reordered, 7))
    expect(expectedAnswer(body, 7)).toBe(expectedAnswer(Buffer.from(JSON.stringify(body)), 7))
  })

  it('differs with the model, any message, any role and the seed', () => {
    const bodies = [
      ask('hello'),
      ask('hellp'),
      ask('hello', { model: 'gpt-4o' }),
      ask('hello', { messages: [{ role: 'system', content: 'hello' }] }),
      ask('hello', {
        messages: [
          { role: 'user', content: 'hel' },
          { role: 'user', content: 'lo' },
        ],
      }),
    ]
    const answers = bodies.map((body) => expectedAnswer(body, 1))
    expect(new Set([...answers, expectedAnswer(ask('hello'), 2)]).size).toBe(bodies.length + 1)
  })

  it('tells 20,000 nearly equal requests apart', () => {
    const answers = new Set<string>()
    for (let n = 0; n < 20_000; n++) answers.add(expectedAnswer(ask(`Summarise document ${n}.`), 1))
    expect(answers.size).toBe(20_000)
  })

  it('has the configured length in tokens', () => {
    for (const answerTokens of [1, 5, 8, 9, 15, 16, 17, 100]) {
      const text = expectedAnswer(ask('hello'), 1, { answerTokens, answerTokensSpread: 0 })
      expect(countTokens(text)).toBe(answerTokens)
    }
    const lengths = Array.from({ length: 300 }, (_, n) => countTokens(expectedAnswer(ask(`${n}`), 1)))
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(60)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(120)
    expect(new Set(lengths).size).toBeGreaterThan(40)
  })

  it('is JSON where JSON is asked for', () => {
    const answer = expectedAnswer(ask('hello', { response_format: { type: 'json_object' } }), 1)
    expect(JSON.parse(answer)).toEqual({ answer: expectedAnswer(ask('hello'), 1) })
  })

  it('throws for a body that is refused', () => {
    expect(() => expectedAnswer({ model: 'gpt-4.1' }, 1)).toThrow("Missing required parameter: 'messages'.")
  })
})
