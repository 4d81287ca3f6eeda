import { describe, expect, it } from 'vitest'
import { setUp } from './set-up.fixture.ts'
import { countTokens } from './tokens.ts'

const ask = (content: string, more: Record<string, unknown> = {}) => ({
  model: 'gpt-4.1',
  messages: [{ role: 'user', content }],
  ...more,
})

describe('a chat completion', () => {
  it('has the answer that the request deserves, and true usage', () => {
    const { call, simulator } = setUp({ seed: 5 })
    const body = ask('What is a sheepfold?')
    const { status, json, headers } = call(body)
    expect(status).toBe(200)
    const text = json.choices[0].message.content
    expect(text).toBe(simulator.expectedAnswer(body))
    expect(json).toMatchObject({
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'gpt-4.1',
      choices: [
        { index: 0, message: { role: 'assistant', refusal: null }, logprobs: null, finish_reason: 'stop' },
      ],
      usage: {
        prompt_tokens: 3 + 3 + 1 + countTokens('What is a sheepfold?'),
        completion_tokens: countTokens(text),
        total_tokens: 7 + countTokens('What is a sheepfold?') + countTokens(text),
        prompt_tokens_details: { cached_tokens: 0 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
    })
    expect(json.id).toMatch(/^chatcmpl-/)
    expect(headers['x-request-id']).toMatch(/^req_/)
  })

  it('is pretty-printed unless told otherwise', () => {
    const pretty = setUp().call(ask('hi'))
    const compact = setUp({ pretty: false }).call(ask('hi'))
    expect(pretty.body.toString()).toBe(JSON.stringify(pretty.json, null, 2))
    expect(compact.body.toString()).toBe(JSON.stringify(compact.json))
    expect(pretty.json).toEqual(compact.json)
  })

  it('is the same in any order of requests', () => {
    const bodies = Array.from({ length: 50 }, (_, n) => ask(`question ${n}`))
    const there = setUp({ defaults: { firstByteMs: 100, firstByteSpreadMs: 50 } })
    const back = setUp({ defaults: { firstByteMs: 100, firstByteSpreadMs: 50 } })
    const seen = ({ json, firstByteMs }: ReturnType<typeof there.call>) => ({ json, firstByteMs })
    const forwards = bodies.map((body) => seen(there.call(body)))
    const backwards = bodies.toReversed().map((body) => seen(back.call(body)))
    expect(backwards.reverse()).toEqual(forwards)
    expect(new Set(forwards.map(({ firstByteMs }) => firstByteMs)).size).toBeGreaterThan(40)
    expect(forwards.every(({ firstByteMs }) => firstByteMs >= 50 && firstByteMs <= 150)).toBe(true)
  })

  it('stops at max_tokens and says so', () => {
    const { call } = setUp()
    for (const field of ['max_tokens', 'max_completion_tokens']) {
      const { json } = call(ask('hi', { [field]: 12 }))
      expect(json.choices[0].finish_reason).toBe('length')
      expect(json.usage.completion_tokens).toBe(12)
      expect(countTokens(json.choices[0].message.content)).toBe(12)
    }
  })

  it('has n different choices', () => {
    const { json } = setUp().call(ask('hi', { n: 3 }))
    const texts = json.choices.map((choice: { message: { content: string } }) => choice.message.content)
    expect(new Set(texts).size).toBe(3)
    expect(json.usage.completion_tokens).toBe(
      texts.reduce((sum: number, text: string) => sum + countTokens(text), 0),
    )
  })

  it('takes its time as configured', () => {
    const { call } = setUp({
      models: { 'gpt-4.1': { firstByteMs: 300, tokenMs: 2, answerTokens: 50, answerTokensSpread: 0 } },
    })
    expect(call(ask('hi'))).toMatchObject({ firstByteMs: 300, bodyMs: 100 })
    expect(call(ask('hi', { model: 'gpt-4o' }))).toMatchObject({ firstByteMs: 0, bodyMs: 0 })
  })

  it('counts long beginnings that were seen before as cached', () => {
    const { call } = setUp()
    const long = 'The same long instructions for every document. '.repeat(200)
    const system = { role: 'system', content: long }
    const first = call(ask('', { messages: [system, { role: 'user', content: 'one' }] }))
    const second = call(ask('', { messages: [system, { role: 'user', content: 'two' }] }))
    const other = call(ask('', { messages: [{ ...system, content: `X ${long}` }] }))
    expect(first.json.usage.prompt_tokens_details.cached_tokens).toBe(0)
    const cached = second.json.usage.prompt_tokens_details.cached_tokens
    expect(cached).toBeGreaterThanOrEqual(1_024)
    expect(cached % 128).toBe(0)
    expect(countTokens(long) - cached).toBeLessThan(128)
    expect(other.json.usage.prompt_tokens_details.cached_tokens).toBe(0)
  })

  it('refuses and filters the configured share, the same requests every time', () => {
    const { call } = setUp({ defaults: { refusalRate: 0.3, contentFilterRate: 0.3 } })
    const outcomeOf = (n: number) => {
      const [choice] = call(ask(`risky ${n}`)).json.choices
      return choice.message.refusal === null ? choice.finish_reason : 'refusal'
    }
    const outcomes = Array.from({ length: 200 }, (_, n) => outcomeOf(n))
    expect(Array.from({ length: 200 }, (_, n) => outcomeOf(n))).toEqual(outcomes)
    for (const kind of ['refusal', 'content_filter', 'stop']) {
      expect(outcomes.filter((outcome) => outcome === kind).length).toBeGreaterThan(25)
    }
  })
})

describe('what the provider refuses', () => {
  const refusals: [string, unknown, number, string | null, string | null][] = [
    ['a body that is not JSON', Buffer.from('{'), 400, null, null],
    ['a body that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, null, null],
    ['a list', [], 400, null, null],
    ['no model', { messages: [] }, 400, 'missing_required_parameter', 'model'],
    ['an unknown model', ask('hi', { model: 'gpt-17' }), 404, 'model_not_found', null],
    ['a model named like a property', ask('hi', { model: '__proto__' }), 404, 'model_not_found', null],
    ['no messages', { model: 'gpt-4.1' }, 400, 'missing_required_parameter', 'messages'],
    ['empty messages', ask('', { messages: [] }), 400, 'empty_array', 'messages'],
    ['text as messages', ask('', { messages: 'hi' }), 400, 'invalid_type', 'messages'],
    [
      'an unknown role',
      ask('', { messages: [{ role: 'x', content: '' }] }),
      400,
      'invalid_value',
      'messages[0].role',
    ],
    [
      'no content',
      ask('', { messages: [{ role: 'user' }] }),
      400,
      'missing_required_parameter',
      'messages[0].content',
    ],
    [
      'a number as content',
      ask('', { messages: [{ role: 'user', content: 1 }] }),
      400,
      'invalid_type',
      'messages[0].content',
    ],
    ['too warm', ask('hi', { temperature: 3 }), 400, 'decimal_above_maximum_value', 'temperature'],
    ['no token allowed', ask('hi', { max_tokens: 0 }), 400, 'integer_below_minimum_value', 'max_tokens'],
    ['half a token', ask('hi', { max_tokens: 1.5 }), 400, 'invalid_type', 'max_tokens'],
    ['an unknown field', ask('hi', { custom_id: 'a' }), 400, 'unknown_parameter', 'custom_id'],
  ]

  it.each(refusals)('%s', (_, body, status, code, param) => {
    const reaction = setUp().call(body)
    expect(reaction.status).toBe(status)
    expect(Object.keys(reaction.json.error)).toEqual(['message', 'type', 'param', 'code'])
    expect(reaction.json.error).toMatchObject({ type: 'invalid_request_error', code, param })
  })

  it('a prompt beyond the context length', () => {
    const { call } = setUp({ models: { 'gpt-4.1': { contextTokens: 100 } } })
    expect(call(ask('word '.repeat(50))).status).toBe(200)
    const { status, json } = call(ask('word '.repeat(100)))
    expect(status).toBe(400)
    expect(json.error).toMatchObject({ code: 'context_length_exceeded', param: 'messages' })
  })

  it('a missing and an unknown key, where keys are configured', () => {
    const { call, get } = setUp({ keys: ['sk-good-one'] })
    expect(call(ask('hi'), 'sk-good-one').status).toBe(200)
    expect(call(ask('hi'), 'sk-bad-key-1234')).toMatchObject({
      status: 401,
      json: { error: { code: 'invalid_api_key', message: expect.stringContaining('sk-***1234') } },
    })
    expect(call(ask('hi'), '').status).toBe(401)
    expect(get('/v1/models').status).toBe(401)
    expect(get('/v1/models', { authorization: 'Bearer sk-good-one' }).status).toBe(200)
  })

  it('other paths and methods', () => {
    const { get } = setUp()
    expect(get('/v1/nothing').status).toBe(404)
    expect(get('/v1/chat/completions').status).toBe(405)
  })
})

describe('models', () => {
  it('lists them and shows one', () => {
    const { get } = setUp({ models: { 'my/model': {} } })
    const list = JSON.parse(get('/v1/models').body.toString())
    expect(list.object).toBe('list')
    expect(list.data).toContainEqual({
      id: 'my/model',
      object: 'model',
      created: 1_744_316_542,
      owned_by: 'system',
    })
    expect(JSON.parse(get('/v1/models/my%2Fmodel').body.toString()).id).toBe('my/model')
    expect(get('/v1/models/none').status).toBe(404)
  })

  it('answers as any model where that is wanted', () => {
    const { call, simulator } = setUp({ anyModel: true })
    for (let n = 0; n < 2_000; n++) expect(call(ask('hi', { model: `m${n}` })).json.model).toBe(`m${n}`)
    expect(Object.keys(simulator.stats().models).length).toBeLessThan(1_100)
  })
})

describe('limits', () => {
  it('on requests a minute: headers, 429 with retry-after, and room again in time', () => {
    const { call, time } = setUp({ models: { 'gpt-4.1': { requestsPerMinute: 3 } } })
    const first = call(ask('hi'))
    expect(first.headers).toMatchObject({
      'x-ratelimit-limit-requests': '3',
      'x-ratelimit-remaining-requests': '2',
      'x-ratelimit-reset-requests': '20s',
    })
    expect(first.headers['x-ratelimit-limit-tokens']).toBeUndefined()
    call(ask('hi'))
    call(ask('hi'))
    const refused = call(ask('hi'))
    expect(refused.status).toBe(429)
    expect(refused.headers['retry-after']).toBe('20')
    expect(refused.json.error).toMatchObject({ type: 'requests', code: 'rate_limit_exceeded' })
    expect(refused.json.error.message).toContain('Please try again in 20s.')
    expect(call(ask('hi', { model: 'gpt-4o' })).status).toBe(200)
    time.ms += 19_999
    expect(call(ask('hi')).status).toBe(429)
    time.ms += 2
    expect(call(ask('hi')).status).toBe(200)
  })

  it('on tokens a minute, counting what the answer may take', () => {
    const { call, time } = setUp({ models: { 'gpt-4.1': { tokensPerMinute: 600 } } })
    const body = ask('hi', { max_tokens: 492 })
    expect(call(body).headers).toMatchObject({
      'x-ratelimit-remaining-tokens': '100',
      'x-ratelimit-reset-tokens': '50s',
    })
    expect(call(body).json.error.type).toBe('tokens')
    const tooLarge = call(ask('hi', { max_tokens: 5_000 }))
    expect(tooLarge.json.error.message).toContain('Request too large')
    expect(tooLarge.headers['retry-after']).toBeUndefined()
    time.ms += 6 * 60_000
    expect(call(body).status).toBe(200)
  })

  it('on requests at once, released by finished and only once', () => {
    const { receive, simulator } = setUp({ models: { 'gpt-4.1': { concurrencyMax: 2 } } })
    const first = receive(ask('1'))
    const second = receive(ask('2'))
    const refused = receive(ask('3'))
    expect([first.status, second.status, refused.status]).toEqual([200, 200, 429])
    expect(refused.headers['retry-after']).toBe('1')
    simulator.finished(refused, 'sent')
    expect(receive(ask('4')).status).toBe(429)
    simulator.finished(first, 'sent')
    simulator.finished(first, 'sent')
    expect(receive(ask('5')).status).toBe(200)
    expect(receive(ask('6')).status).toBe(429)
    expect(simulator.stats().models['gpt-4.1']).toMatchObject({ running: 2, runningMax: 2, answered: 3 })
  })
})

describe('the tape', () => {
  it('has a row for every request, with the same mark for the same body', () => {
    const { call, receive, get, simulator, time } = setUp({ faults: [{ kind: 'hang', nth: 4 }] })
    call(ask('one', { metadata: { marker: 'a' } }))
    call(ask('two'))
    time.ms += 5
    call(ask('one', { metadata: { marker: 'a' } }))
    simulator.finished(receive(ask('three', { user: 'me' })), 'client_gone')
    get('/v1/models?x=1')
    const rows = [...simulator.tape()]
    expect(rows.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
    expect(rows[0]).toMatchObject({
      at: 1_790_000_000_000,
      method: 'POST',
      path: '/v1/chat/completions',
      model: 'gpt-4.1',
      marker: 'a',
      outcome: 'answered',
      status: 200,
    })
    expect(rows[2]).toMatchObject({ at: 1_790_000_000_005, request: rows[0]?.request })
    expect(rows[1]?.request).not.toBe(rows[0]?.request)
    expect(rows[3]).toMatchObject({ marker: 'me', outcome: 'client_gone', status: 0 })
    expect(rows[4]).toMatchObject({ path: '/v1/models', model: null, outcome: 'answered' })
    expect(simulator.stats()).toMatchObject({
      received: 5,
      distinct: 3,
      repeated: 1,
      outcomes: { answered: 4, client_gone: 1 },
    })
  })

  it('can be off, and answers stay the same', () => {
    const off = setUp({ tapeRowsMax: 0 })
    const on = setUp()
    expect(off.call(ask('hi')).json.choices).toEqual(on.call(ask('hi')).json.choices)
    expect([...off.simulator.tape()]).toEqual([])
    expect(off.simulator.stats()).toMatchObject({ received: 1, repeated: 0 })
  })
})
