import { describe, expect, it } from 'vitest'
import { setUp as setUpAt } from '../../set-up.fixture.ts'
import { countTokens, tokensOf } from '../../tokens.ts'

const path = '/v1/completions'
const setUp = (options: Parameters<typeof setUpAt>[0] = {}) => setUpAt(options, path)

const ask = (prompt: unknown, more: Record<string, unknown> = {}) => ({
  model: 'gpt-3.5-turbo-instruct',
  prompt,
  max_tokens: 200,
  ...more,
})

const textsOf = (json: { choices: { text: string }[] }) => json.choices.map(({ text }) => text)

describe('a text completion', () => {
  it('has the text that the prompt deserves, and true usage', () => {
    const { call, simulator } = setUp({ seed: 5 })
    const body = ask('Once upon a time')
    const { status, json } = call(body)
    const [text = ''] = textsOf(json)
    expect(status).toBe(200)
    expect(text).toBe(simulator.expectedAnswer(body, path))
    expect(json).toEqual({
      id: expect.stringMatching(/^cmpl-/),
      object: 'text_completion',
      created: 1_790_000_000,
      model: 'gpt-3.5-turbo-instruct',
      choices: [{ text, index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: {
        prompt_tokens: 4,
        completion_tokens: countTokens(text),
        total_tokens: 4 + countTokens(text),
      },
    })
  })

  it('stops after 16 tokens, or where it is told to', () => {
    const { call } = setUp()
    for (const [maxTokens, tokens] of [
      [undefined, 16],
      [3, 3],
      [0, 0],
    ]) {
      const { json } = call(ask('hi', { max_tokens: maxTokens }))
      expect(json.choices[0].finish_reason).toBe('length')
      expect(json.usage.completion_tokens).toBe(tokens)
      expect(countTokens(json.choices[0].text)).toBe(tokens)
    }
  })

  it('has n choices for each prompt, in the order of the prompts', () => {
    const { call } = setUp()
    const { json } = call(ask(['one', 'two'], { n: 2 }))
    expect(json.choices.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2, 3])
    expect(new Set(textsOf(json)).size).toBe(4)
    expect(textsOf(json)[2]).toBe(textsOf(call(ask('two')).json)[0])
    expect(json.usage).toMatchObject({
      prompt_tokens: 2,
      completion_tokens: textsOf(json).reduce((sum, text) => sum + countTokens(text), 0),
    })
  })

  it('may begin with its prompt, also where that came as tokens', () => {
    const { call } = setUp()
    const [plain = ''] = textsOf(call(ask('hello there')).json)
    expect(textsOf(call(ask('hello there', { echo: true })).json)).toEqual([`hello there${plain}`])
    expect(textsOf(call(ask(tokensOf('hello there'), { echo: true })).json)).toEqual([`hello there${plain}`])
  })

  it('needs no prompt', () => {
    const { call } = setUp()
    for (const prompt of [undefined, null, '']) expect(call(ask(prompt)).json.usage.prompt_tokens).toBe(1)
  })

  it('is filtered where that is configured', () => {
    const { call } = setUp({ defaults: { contentFilterRate: 1 } })
    expect(call(ask('hi')).json.choices[0]).toMatchObject({ text: '', finish_reason: 'content_filter' })
  })
})

describe('what is refused', () => {
  const refusals: [string, unknown, number, string, string | null, string | null][] = [
    ['a prompt of another kind', ask({ text: 'a' }), 400, "'$.prompt' is invalid.", null, null],
    ['an empty list', ask([]), 400, "'$.prompt' is invalid.", null, null],
    [
      'a prompt and an answer beyond the context together',
      ask('word '.repeat(2_000), { max_tokens: 3_000 }),
      400,
      'maximum context length is 4096',
      null,
      null,
    ],
    [
      'more than one can have',
      ask('a', { n: 3, best_of: 2 }),
      400,
      "'best_of' (currently 2)",
      null,
      'best_of',
    ],
    ['too many', ask('a', { n: 129 }), 400, 'above maximum', 'integer_above_maximum_value', 'n'],
    ['messages', ask('a', { messages: [] }), 400, 'messages', 'unknown_parameter', 'messages'],
    ['a model for chat', ask('a', { model: 'gpt-4.1' }), 404, 'This is a chat model', null, 'model'],
    [
      'a model for embeddings',
      ask('a', { model: 'text-embedding-3-small' }),
      403,
      'not allowed to sample',
      null,
      null,
    ],
  ]

  it.each(refusals)('%s', (_name, body, status, message, code, param) => {
    const reaction = setUp().call(body)
    expect(reaction.status).toBe(status)
    expect(reaction.json.error).toMatchObject({ message: expect.stringContaining(message), code, param })
  })

  it('chat with a model that cannot', () => {
    const body = { model: 'gpt-3.5-turbo-instruct', messages: [{ role: 'user', content: 'hi' }] }
    const reaction = setUpAt().call(body)
    expect(reaction.status).toBe(404)
    expect(reaction.json.error).toMatchObject({
      message: expect.stringContaining('not a chat model'),
      param: 'model',
    })
  })
})

it('limits count what all the answers may take, and faults spoil the text', () => {
  const { call } = setUp({ models: { 'gpt-3.5-turbo-instruct': { tokensPerMinute: 1_000 } } })
  expect(call(ask(['a', 'b'], { n: 2 })).headers['x-ratelimit-remaining-tokens']).toBe(
    String(1_000 - 2 - 800),
  )
  const reaction = setUp({ faults: [{ kind: 'huge_answer', bytes: 5 }] }).receive(ask('hi', { echo: true }))
  const text = String(reaction.body)
  const at = reaction.filler?.at ?? 0
  expect(JSON.parse(`${text.slice(0, at)}xxxxx${text.slice(at)}`).choices[0].text).toMatch(/^xxxxxhi/)
})
