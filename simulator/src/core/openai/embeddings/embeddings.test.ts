import { describe, expect, it } from 'vitest'
import { answerFaultKinds } from '../../options.ts'
import { setUp as setUpAt } from '../../set-up.fixture.ts'
import { countTokens, tokensOf } from '../../tokens.ts'

const path = '/v1/embeddings'
const setUp = (options: Parameters<typeof setUpAt>[0] = {}) => setUpAt(options, path)

const ask = (input: unknown, more: Record<string, unknown> = {}) => ({
  model: 'text-embedding-3-small',
  input,
  ...more,
})

const vectorsOf = (json: { data: { embedding: number[] }[] }) => json.data.map(({ embedding }) => embedding)

describe('embeddings', () => {
  it('are a vector for each input, and what the input costs', () => {
    const { call, simulator } = setUp({ seed: 5 })
    const body = ask(['one 양', 'two'])
    const { status, json, headers } = call(body)
    const tokens = countTokens('one 양') + countTokens('two')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      object: 'list',
      data: [
        { object: 'embedding', index: 0 },
        { object: 'embedding', index: 1 },
      ],
      model: 'text-embedding-3-small',
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    })
    expect(vectorsOf(json)).toEqual(JSON.parse(simulator.expectedAnswer(body, path)))
    expect(headers['x-request-id']).toMatch(/^req_/)
    expect(simulator.stats().models['text-embedding-3-small']).toMatchObject({
      answered: 1,
      promptTokens: tokens,
      completionTokens: 0,
    })
  })

  it('have the length of their model, or the one that was asked for, and length 1', () => {
    const { call } = setUp()
    for (const [model, dimensions, length] of [
      ['text-embedding-3-small', undefined, 1_536],
      ['text-embedding-3-large', undefined, 3_072],
      ['text-embedding-ada-002', undefined, 1_536],
      ['text-embedding-3-large', 256, 256],
      ['text-embedding-3-small', 1, 1],
    ] as const) {
      const [vector = []] = vectorsOf(call(ask('hi', { model, dimensions })).json)
      expect(vector.length).toBe(length)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
    }
  })

  it('depend on the text, the model and the seed, not on their place', () => {
    const { call } = setUp()
    const vectorOf = (body: unknown) => JSON.stringify(vectorsOf(call(body).json)[0])
    const different = [
      vectorOf(ask('one')),
      vectorOf(ask('two')),
      vectorOf(ask('one', { model: 'text-embedding-ada-002' })),
      JSON.stringify(vectorsOf(setUp({ seed: 9 }).call(ask('one')).json)[0]),
    ]
    expect(new Set(different).size).toBe(4)
    const [first, second] = vectorsOf(call(ask(['two', 'one'])).json)
    expect([JSON.stringify(second), JSON.stringify(first)]).toEqual(different.slice(0, 2))
  })

  it('of tokens are those of the text that they spell', () => {
    const { call } = setUp()
    const text = call(ask('What is a sheepfold?')).json
    const tokens = tokensOf('What is a sheepfold?')
    expect(call(ask(tokens)).json).toEqual(text)
    expect(call(ask([tokens, tokens])).json).toMatchObject({
      data: [{ embedding: text.data[0].embedding }, { embedding: text.data[0].embedding }],
      usage: { prompt_tokens: 2 * tokens.length },
    })
  })

  it('in base64 are the same numbers as floats of 32 bits', () => {
    const { call } = setUp()
    const [plain = []] = vectorsOf(call(ask('hi', { encoding_format: 'float' })).json)
    const bytes = Buffer.from(call(ask('hi', { encoding_format: 'base64' })).json.data[0].embedding, 'base64')
    const floats = Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(at * 4))
    expect(floats).toEqual(plain.map(Math.fround))
  })

  it('are pretty-printed unless told otherwise', () => {
    const pretty = setUp().call(ask('hi', { dimensions: 3 }))
    const compact = setUp({ pretty: false }).call(ask('hi', { dimensions: 3 }))
    expect(pretty.body.toString()).toBe(JSON.stringify(pretty.json, null, 2))
    expect(compact.body.toString()).toBe(JSON.stringify(pretty.json))
  })
})

describe('what is refused', () => {
  const invalid = ["'$.input' is invalid.", null, null] as const
  const refusals: [string, unknown, number, string, string | null, string | null][] = [
    ['no input', { model: 'text-embedding-3-small' }, 400, "'input'", 'missing_required_parameter', 'input'],
    ['null', ask(null), 400, ...invalid],
    ['an empty text', ask(''), 400, ...invalid],
    ['an empty text in a list', ask(['a', '']), 400, ...invalid],
    ['an empty list', ask([]), 400, ...invalid],
    ['an empty list of tokens', ask([[]]), 400, ...invalid],
    ['texts and tokens that are no tokens', ask(['a', [1.5]]), 400, ...invalid],
    ['tokens that do not exist', ask([-1]), 400, ...invalid],
    ['objects', ask([{ text: 'a' }]), 400, ...invalid],
    ['more than 2,048 inputs', ask(Array.from({ length: 2_049 }, () => 'a')), 400, ...invalid],
    [
      'an input beyond the context',
      ask('word '.repeat(9_000)),
      400,
      'maximum context length is 8192',
      null,
      null,
    ],
    [
      'more than 300,000 tokens',
      ask(Array.from({ length: 80 }, () => 'word '.repeat(4_000))),
      400,
      'max 300000 tokens per request',
      'max_tokens_per_request',
      null,
    ],
    [
      'no format of this world',
      ask('a', { encoding_format: 'hex' }),
      400,
      "'float' and 'base64'",
      'invalid_value',
      'encoding_format',
    ],
    [
      'no dimensions',
      ask('a', { dimensions: 0 }),
      400,
      'below minimum',
      'integer_below_minimum_value',
      'dimensions',
    ],
    ['too many dimensions', ask('a', { dimensions: 1_537 }), 400, 'less than or equal to 1536', null, null],
    [
      'dimensions of a model that has its own',
      ask('a', { model: 'text-embedding-ada-002', dimensions: 8 }),
      400,
      'does not support specifying dimensions',
      null,
      null,
    ],
    ['an unknown field', ask('a', { messages: [] }), 400, 'messages', 'unknown_parameter', 'messages'],
    ['an unknown model', ask('a', { model: 'text-embedding-4' }), 404, '', 'model_not_found', null],
    [
      'a model for chat',
      ask('a', { model: 'gpt-4.1' }),
      403,
      'not allowed to generate embeddings',
      null,
      null,
    ],
  ]

  it.each(refusals)('%s', (_name, body, status, message, code, param) => {
    const reaction = setUp().call(body)
    expect(reaction.status).toBe(status)
    expect(reaction.json.error).toMatchObject({ message: expect.stringContaining(message), code, param })
  })
})

describe('limits and faults', () => {
  it('count the input', () => {
    const { call } = setUp({ models: { 'text-embedding-3-small': { tokensPerMinute: 100 } } })
    const first = call(ask('word'))
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': String(100 - first.json.usage.prompt_tokens),
    })
    expect(call(ask('word '.repeat(99))).json.error).toMatchObject({
      type: 'tokens',
      code: 'rate_limit_exceeded',
    })
  })

  it.each(Object.keys(answerFaultKinds) as (keyof typeof answerFaultKinds)[])(
    '%s strikes here as well',
    (kind) => {
      const { receive, simulator } = setUp({ faults: [{ kind, bytes: 10 }] })
      const reaction = receive(ask('hi', { dimensions: 2 }))
      expect(reaction.outcome).toBe(kind)
      expect([...simulator.tape()]).toMatchObject([{ path, model: 'text-embedding-3-small', outcome: kind }])
      if (kind === 'no_usage') expect(JSON.parse(String(reaction.body)).usage).toBeUndefined()
      if (kind === 'huge_answer') {
        const { at = 0, bytes = 0 } = reaction.filler ?? {}
        const text = String(reaction.body)
        const whole = JSON.parse(text.slice(0, at) + 'x'.repeat(bytes) + text.slice(at))
        expect(whole).toMatchObject({ object: 'list', model: `${'x'.repeat(10)}text-embedding-3-small` })
      }
    },
  )
})
