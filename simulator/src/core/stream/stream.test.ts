import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { setUp } from '../set-up.fixture.ts'
import { chunksOf, eventsIn, piecesOf } from './events.fixture.ts'

const chatPath = '/v1/chat/completions'
const textPath = '/v1/completions'
const responsePath = '/v1/responses'

const ask = (content: string, more: Record<string, unknown> = {}) => ({
  model: 'gpt-4.1',
  messages: [{ role: 'user', content }],
  stream: true,
  ...more,
})
const text = (prompt: unknown, more: Record<string, unknown> = {}) => ({
  model: 'gpt-3.5-turbo-instruct',
  prompt,
  stream: true,
  ...more,
})
const response = (input: string, more: Record<string, unknown> = {}) => ({
  model: 'gpt-4.1',
  input,
  stream: true,
  ...more,
})

const unstreamed = ({ stream: _, stream_options: __, ...body }: Record<string, unknown>) => body

describe('a chat completion as a stream', () => {
  it('opens with the role, has a chunk for each token, says why it ends, and is done', () => {
    const { receive, simulator } = setUp()
    const body = ask('hi', { max_tokens: 20, stream_options: { include_obfuscation: false } })
    const reaction = receive(body)
    expect(reaction).toMatchObject({ status: 200, outcome: 'answered', firstByteMs: 0 })
    expect(reaction.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(eventsIn(reaction.body.toString()).at(-1)).toEqual({ name: undefined, data: '[DONE]' })
    const [first, ...chunks] = chunksOf(reaction)
    expect(first).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion.chunk',
      created: 1_790_000_000,
      model: 'gpt-4.1',
      service_tier: 'default',
      system_fingerprint: expect.stringMatching(/^fp_/),
      choices: [
        {
          index: 0,
          delta: { role: 'assistant', content: '', refusal: null },
          logprobs: null,
          finish_reason: null,
        },
      ],
    })
    const last = chunks.pop()
    expect(last.choices).toEqual([{ index: 0, delta: {}, logprobs: null, finish_reason: 'length' }])
    expect(chunks).toHaveLength(20)
    expect(new Set([...chunks, last].map(({ id }) => id))).toEqual(new Set([first.id]))
    expect(chunks.map(({ choices }) => choices[0].delta.content).join('')).toBe(
      simulator.expectedAnswer(body),
    )
  })

  it('has the usage of the whole answer in a chunk of its own, and null before it, where that is wanted', () => {
    const { receive, call } = setUp()
    const body = ask('hi', { stream_options: { include_usage: true } })
    const chunks = chunksOf(receive(body))
    const last = chunks.pop()
    expect(last).toMatchObject({ object: 'chat.completion.chunk', choices: [] })
    expect(last.usage).toEqual(call(unstreamed(body)).json.usage)
    expect(chunks.every(({ usage }) => usage === null)).toBe(true)
    expect(chunksOf(receive(ask('hi'))).some((chunk) => 'usage' in chunk)).toBe(false)
  })

  it('hides the length of each token behind letters without a meaning', () => {
    const { receive } = setUp()
    const lengths = chunksOf(receive(ask('hi'))).map(
      ({ choices, obfuscation }) => (choices[0].delta.content ?? '').length + obfuscation.length,
    )
    expect(lengths.every((length) => length % 16 === 0)).toBe(true)
  })

  it('has the tokens of several choices by turns, each choice as without a stream', () => {
    const { receive, call } = setUp()
    const body = ask('hi', { n: 3 })
    const chunks = chunksOf(receive(body)).map(({ choices }) => choices[0])
    expect(chunks.slice(0, 6).map(({ index }) => index)).toEqual([0, 1, 2, 0, 1, 2])
    for (const { index, message, finish_reason } of call(unstreamed(body)).json.choices) {
      const own = chunks.filter((chunk) => chunk.index === index)
      expect(own.map(({ delta }) => delta.content ?? '').join('')).toBe(message.content)
      expect(own.map((chunk) => chunk.finish_reason)).toEqual([
        ...own.slice(1).map(() => null),
        finish_reason,
      ])
    }
  })

  it('refuses and is filtered as without a stream', () => {
    const refused = chunksOf(setUp({ defaults: { refusalRate: 1 } }).receive(ask('hi')))
    expect(refused[0].choices[0].delta).toEqual({ role: 'assistant', content: null, refusal: '' })
    expect(refused.map(({ choices }) => choices[0].delta.refusal ?? '').join('')).toMatch(/can't assist/)
    const filtered = chunksOf(setUp({ defaults: { contentFilterRate: 1 } }).receive(ask('hi')))
    expect(filtered.map(({ choices }) => choices[0].finish_reason)).toEqual([null, 'content_filter'])
  })
})

describe('a text completion as a stream', () => {
  it('has a chunk for each token, the reason of its end, and the usage where that is wanted', () => {
    const { receive, simulator, call } = setUp({}, textPath)
    const body = text('Once upon a time', { stream_options: { include_usage: true } })
    const chunks = chunksOf(receive(body))
    const last = chunks.pop()
    expect(last).toMatchObject({ object: 'text_completion', choices: [] })
    expect(last.usage).toEqual(call(unstreamed(body)).json.usage)
    expect(chunks).toHaveLength(17)
    expect(chunks[0]).toEqual({
      id: expect.stringMatching(/^cmpl-/),
      object: 'text_completion',
      created: 1_790_000_000,
      model: 'gpt-3.5-turbo-instruct',
      choices: [{ text: expect.any(String), index: 0, logprobs: null, finish_reason: null }],
      usage: null,
    })
    expect(chunks.at(-1).choices[0]).toMatchObject({ text: '', finish_reason: 'length' })
    expect(chunks.map(({ choices }) => choices[0].text).join('')).toBe(
      simulator.expectedAnswer(body, textPath),
    )
  })

  it('begins with its prompt as a whole, and has one choice after the other begin', () => {
    const { receive, simulator } = setUp({}, textPath)
    const body = text(['양 우리', 'two'], { echo: true, max_tokens: 3 })
    const choices = chunksOf(receive(body)).map((chunk) => chunk.choices[0])
    expect(choices.slice(0, 2)).toMatchObject([
      { index: 0, text: '양 우리' },
      { index: 1, text: 'two' },
    ])
    const own = choices.filter(({ index }) => index === 0)
    expect(own.map((choice) => choice.text).join('')).toBe(simulator.expectedAnswer(body, textPath))
  })
})

describe('a response as a stream', () => {
  it('opens, fills and closes its parts, counts its events, and ends with itself', () => {
    const { receive, simulator, call } = setUp({}, responsePath)
    const body = response('hi', { stream_options: { include_obfuscation: false } })
    const reaction = receive(body)
    const events = eventsIn(reaction.body.toString())
    const said = chunksOf(reaction)
    expect(events.map(({ name }) => name)).toEqual(said.map(({ type }) => type))
    expect(said.map((event) => event.sequence_number)).toEqual([...said.keys()])
    const deltas = said.filter(({ type }) => type === 'response.output_text.delta')
    expect(said.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...deltas.map(() => 'response.output_text.delta'),
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    const text = simulator.expectedAnswer(body, responsePath)
    expect(deltas.map(({ delta }) => delta).join('')).toBe(text)
    expect(said.find(({ type }) => type === 'response.output_text.done').text).toBe(text)
    expect(said[0].response).toMatchObject({ status: 'in_progress', output: [], usage: null })
    const whole = call(unstreamed(body)).json
    const last = said.at(-1).response
    expect(deltas).toHaveLength(whole.usage.output_tokens)
    expect(last).toEqual({
      ...whole,
      id: last.id,
      output: [{ ...whole.output[0], id: said[2].item.id }],
    })
  })

  it('says that it is incomplete where the limit struck', () => {
    const last = chunksOf(setUp({}, responsePath).receive(response('hi', { max_output_tokens: 16 }))).at(-1)
    expect(last).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
    })
    expect(last.response.usage.output_tokens).toBe(16)
  })

  it('refuses in events of their own', () => {
    const said = chunksOf(setUp({ defaults: { refusalRate: 1 } }, responsePath).receive(response('hi')))
    const refusal = said.find(({ type }) => type === 'response.refusal.done').refusal
    const deltas = said.filter(({ type }) => type === 'response.refusal.delta')
    expect(deltas.map(({ delta }) => delta).join('')).toBe(refusal)
    expect(said.at(-1).response.output[0].content).toEqual([{ type: 'refusal', refusal }])
  })
})

describe('the plan', () => {
  it('has the opening at the first byte, a token each tokenMs, and what belongs to the last with it', () => {
    const options = { firstByteMs: 40, tokenMs: 25, answerTokens: 3, answerTokensSpread: 0 }
    const reaction = setUp({ defaults: options }).receive(ask('hi'))
    expect(reaction).toMatchObject({ firstByteMs: 40, bodyMs: 75 })
    expect(reaction.headers['openai-processing-ms']).toBe('40')
    const pieces = piecesOf(reaction)
    expect(pieces.map(({ atMs }) => atMs)).toEqual([0, 25, 50, 75])
    expect(pieces.map(({ text }) => eventsIn(text).length)).toEqual([1, 1, 1, 3])
  })

  it('takes as long as the same answer without a stream, whatever comes with it', () => {
    for (const [path, body] of [
      [chatPath, ask('hi', { n: 2, stream_options: { include_usage: true } })],
      [textPath, text(['a', 'b'], { echo: true })],
      [responsePath, response('hi')],
    ] as const) {
      const { receive, call } = setUp({ defaults: { tokenMs: 7 } }, path)
      const { bodyMs, pieces } = receive(body)
      expect(bodyMs).toBe(call(unstreamed(body)).bodyMs)
      expect(pieces?.at(-1)?.atMs).toBe(bodyMs)
    }
  })

  it('is one piece where tokens take no time, and no larger one than a socket takes', () => {
    expect(setUp().receive(ask('hi')).pieces).toHaveLength(1)
    const { body, pieces = [] } = setUp({ defaults: { answerTokens: 2_000 } }).receive(ask('hi'))
    expect(pieces.length).toBeGreaterThan(5)
    expect(pieces.at(-1)?.end).toBe(body.length)
    const sizes = pieces.map(({ end }, n) => end - (pieces[n - 1]?.end ?? 0))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32_768)
  })

  it('is the same in another run', () => {
    const options = { seed: 7, defaults: { tokenMs: 3, firstByteMs: 9, firstByteSpreadMs: 5 } }
    expect(setUp(options).receive(ask('hi'))).toEqual(setUp(options).receive(ask('hi')))
  })
})

describe('what is refused of a stream', () => {
  const idle = { stream: false, stream_options: { include_usage: true } }
  const refusals: [string, string, Record<string, unknown>, string, string | null, string][] = [
    ['options without one', chatPath, ask('a', idle), 'only allowed when', null, 'stream_options'],
    ['options without one', textPath, text('a', idle), 'only allowed when', null, 'stream_options'],
    [
      'options without one',
      responsePath,
      response('a', { stream: null, stream_options: {} }),
      'only allowed when',
      null,
      'stream_options',
    ],
    [
      'a stream by name',
      chatPath,
      ask('a', { stream: 'yes' }),
      'expected a boolean',
      'invalid_type',
      'stream',
    ],
    [
      'options that are none',
      textPath,
      text('a', { stream_options: true }),
      'expected an object',
      'invalid_type',
      'stream_options',
    ],
    [
      'usage by name',
      chatPath,
      ask('a', { stream_options: { include_usage: 1 } }),
      'expected a boolean',
      'invalid_type',
      'stream_options.include_usage',
    ],
    [
      'usage, which a response always has',
      responsePath,
      response('a', { stream_options: { include_usage: true } }),
      "Unknown parameter: 'stream_options.include_usage'.",
      'unknown_parameter',
      'stream_options.include_usage',
    ],
    [
      'a stream of vectors',
      '/v1/embeddings',
      { model: 'text-embedding-3-small', input: 'a', stream: true },
      'Unrecognized request argument supplied: stream',
      'unknown_parameter',
      'stream',
    ],
  ]

  it.each(refusals)('%s, %s', (_name, path, body, message, code, param) => {
    const { status, json } = setUp({}, path).call(body)
    expect(status).toBe(400)
    expect(json.error).toMatchObject({ message: expect.stringContaining(message), code, param })
  })

  it('nothing where there is no stream and no option for one', () => {
    for (const more of [{ stream: false }, { stream: null, stream_options: null }]) {
      expect(setUp().call(ask('hi', more)).json.object).toBe('chat.completion')
    }
  })
})

it('the deltas of any request are the answer that it would get in one piece', () => {
  const options = fc.record({
    seed: fc.nat(),
    defaults: fc.record({ answerTokens: fc.integer({ min: 1, max: 60 }), tokenMs: fc.nat(5) }),
  })
  const request = fc.record({
    content: fc.string({ unit: 'grapheme', maxLength: 40 }),
    max_tokens: fc.option(fc.integer({ min: 16, max: 80 }), { nil: null }),
    json: fc.boolean(),
    obfuscated: fc.boolean(),
  })
  fc.assert(
    fc.property(options, request, (simulated, { content, max_tokens, json, obfuscated }) => {
      const stream_options = { include_obfuscation: obfuscated }
      const format = { type: json ? 'json_object' : 'text' }
      const chat = ask(content, { max_tokens, response_format: format, stream_options })
      const said = chunksOf(setUp(simulated).receive(chat))
      expect(said.map(({ choices }) => choices[0].delta.content ?? '').join('')).toBe(
        setUp(simulated).simulator.expectedAnswer(chat),
      )
      const prompt = text(content, { max_tokens, echo: obfuscated, stream_options })
      const gone = chunksOf(setUp(simulated, textPath).receive(prompt))
      expect(gone.map(({ choices }) => choices[0].text).join('')).toBe(
        setUp(simulated).simulator.expectedAnswer(prompt, textPath),
      )
      const asked = response(content, { max_output_tokens: max_tokens, text: { format }, stream_options })
      const answered = chunksOf(setUp(simulated, responsePath).receive(asked))
      expect(answered.map(({ delta }) => delta ?? '').join('')).toBe(
        setUp(simulated).simulator.expectedAnswer(asked, responsePath),
      )
    }),
  )
})
