import { describe, expect, it } from 'vitest'
import { countTokens } from '../../tokens.ts'
import { ask, setUp, user } from '../set-up.fixture.ts'

const path = '/v1/messages'
const tool = {
  name: 'find',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string' }, near: { type: 'boolean' }, days: { type: 'integer' } },
  },
}

describe('a message', () => {
  it('has the answer that the request deserves, and true usage', () => {
    const { call, simulator } = setUp({ seed: 5 })
    const body = ask('What is a sheepfold?', { system: 'Be brief.' })
    const { status, json, headers } = call(body)
    const text = simulator.expectedAnswer(body, path)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [{ type: 'text', text, citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { cache_read_input_tokens: 0, output_tokens: countTokens(text), service_tier: 'standard' },
    })
    expect(json.id).toMatch(/^msg_/)
    expect(headers['request-id']).toMatch(/^req_/)
    const { max_tokens: _, ...counted } = body
    expect(call(counted, undefined, '/v1/messages/count_tokens')).toMatchObject({
      status: 200,
      json: { input_tokens: json.usage.input_tokens },
    })
  })

  it('ends at max_tokens, and at a stop sequence, which is not said', () => {
    const { call, simulator } = setUp()
    const short = call(ask('hi', { max_tokens: 12 })).json
    expect([short.stop_reason, short.usage.output_tokens]).toEqual(['max_tokens', 12])
    const words = simulator.expectedAnswer(ask('hi'), path).split(' ')
    const sequences = ['never said', ` ${words[5]} `]
    const { json } = call(ask('hi', { stop_sequences: sequences }))
    expect(json).toMatchObject({
      content: [{ text: words.slice(0, 5).join(' ') }],
      stop_reason: 'stop_sequence',
      stop_sequence: sequences[1],
      usage: { output_tokens: 5 },
    })
  })

  it('is JSON where a format is asked for', () => {
    const format = { type: 'json_schema', schema: { type: 'object' } }
    const { json } = setUp().call(ask('hi', { output_config: { format } }))
    expect(JSON.parse(json.content[0].text)).toEqual({ answer: expect.any(String) })
  })

  it('calls the tool that it must, with an input of its types', () => {
    const { call, simulator } = setUp()
    for (const choice of [{ type: 'any' }, { type: 'tool', name: 'find' }]) {
      const body = ask('hi', { tools: [tool], tool_choice: choice })
      const { json } = call(body)
      const input = { city: expect.any(String), near: true, days: expect.any(Number) }
      expect(json.content).toMatchObject([{ type: 'tool_use', name: 'find', input }])
      expect(json.content[0].id).toMatch(/^toolu_/)
      expect(json.stop_reason).toBe('tool_use')
      expect(JSON.parse(simulator.expectedAnswer(body, path))).toEqual(json.content[0].input)
    }
    const free = call(ask('hi', { tools: [tool], tool_choice: { type: 'auto' } })).json
    expect(free.content[0].type).toBe('text')
  })

  it('shows what was thought, or bills it without showing it', () => {
    const { call } = setUp()
    const body = ask('hi', { max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 1_024 } })
    const [thinking, text] = call(body).json.content
    expect(thinking).toMatchObject({ type: 'thinking', signature: expect.stringMatching(/./) })
    expect(text.type).toBe('text')
    const { usage } = call(body).json
    expect(usage.output_tokens_details.thinking_tokens).toBe(countTokens(thinking.thinking))
    expect(usage.output_tokens).toBe(countTokens(thinking.thinking) + countTokens(text.text))
    const silent = { ...body, thinking: { type: 'adaptive', display: 'omitted' } }
    const omitted = call(silent).json
    expect(omitted.content[0].thinking).toBe('')
    expect(omitted.usage.output_tokens_details.thinking_tokens).toBeGreaterThan(0)
  })

  it('is declined for the configured share, the same requests every time', () => {
    const { call } = setUp({ defaults: { refusalRate: 0.5 } })
    const stops = () =>
      Array.from({ length: 40 }, (_, n) => call(ask(`risky ${n}`)).json).map((json) =>
        json.stop_reason === 'refusal' ? json.stop_details.category : json.stop_reason,
      )
    expect(new Set(stops())).toEqual(new Set(['general_harms', 'end_turn']))
    expect(stops()).toEqual(stops())
  })

  it('reads from the cache what was marked, for as long as it was to be kept', () => {
    const { call, time } = setUp()
    const long = 'The same long instructions for every document. '.repeat(200)
    const system = (ttl?: string) => [
      { type: 'text', text: long, cache_control: { type: 'ephemeral', ...(ttl ? { ttl } : {}) } },
    ]
    const usageOf = (content: string, ttl?: string) => call(ask(content, { system: system(ttl) })).json.usage
    const first = usageOf('one')
    expect(first.cache_creation_input_tokens).toBe(countTokens(long))
    expect(first.cache_creation.ephemeral_5m_input_tokens).toBe(countTokens(long))
    expect(first.cache_read_input_tokens).toBe(0)
    const second = usageOf('two')
    expect(second).toMatchObject({
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: countTokens(long),
      input_tokens: first.input_tokens,
    })
    time.ms += 301_000
    expect(usageOf('three', '1h').cache_creation.ephemeral_1h_input_tokens).toBe(countTokens(long))
    time.ms += 3_000_000
    expect(usageOf('four', '1h').cache_read_input_tokens).toBe(countTokens(long))
    expect(
      call(ask('x', { system: 'short', cache_control: { type: 'ephemeral' } })).json.usage,
    ).toMatchObject({ cache_creation_input_tokens: 0 })
  })
})

describe('what the provider refuses', () => {
  const toolUse = { type: 'tool_use', id: 't1', name: 'find', input: {} }
  const toolResult = { type: 'tool_result', tool_use_id: 't1', content: 'found' }
  const doc = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }
  const refused: [string, unknown, number, string][] = [
    ['no JSON', Buffer.from('{'), 400, 'not valid JSON'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 400, 'not valid JSON'],
    ['a list', [], 400, 'valid dictionary'],
    ['no model', ask('hi', { model: undefined }), 400, 'model: Field required'],
    ['no limit', ask('hi', { max_tokens: undefined }), 400, 'max_tokens: Field required'],
    ['an unknown model', ask('hi', { model: 'claude-0' }), 404, 'model: claude-0'],
    ['a field of another provider', ask('hi', { n: 2 }), 400, 'n: Extra inputs are not permitted'],
    ['too much warmth', ask('hi', { temperature: 1.5 }), 400, 'temperature: Input should be less'],
    [
      'warmth that a model does not take',
      ask('hi', { model: 'claude-sonnet-5-5', temperature: 0.2 }),
      400,
      'default',
    ],
    ['no turn', ask('hi', { messages: [] }), 400, 'at least one message'],
    ['no user first', ask('', { messages: [{ role: 'assistant', content: 'a' }] }), 400, '"user" role'],
    ['an odd role', ask('', { messages: [{ role: 'tool', content: 'a' }] }), 400, 'messages.0.role'],
    ['an empty text', ask([{ type: 'text', text: '' }]), 400, 'must be non-empty'],
    ['an odd block', ask([{ type: 'image_url' }]), 400, 'messages.0.content.0: Input tag'],
    [
      'a call without its result',
      ask('', { messages: [user('a'), { role: 'assistant', content: [toolUse] }, user('b')] }),
      400,
      'without `tool_result`',
    ],
    [
      'a result within a result',
      ask([{ ...toolResult, content: [toolResult] }]),
      400,
      '`tool_result` blocks',
    ],
    ['a result without its call', ask([toolResult]), 400, 'unexpected `tool_use_id`'],
    ['a choice without tools', ask('hi', { tool_choice: { type: 'any' } }), 400, 'while providing tools'],
    [
      'a tool that is not there',
      ask('hi', { tools: [tool], tool_choice: { type: 'tool', name: 'x' } }),
      400,
      'not found',
    ],
    ['a tool without a schema', ask('hi', { tools: [{ name: 'a' }] }), 400, 'input_schema: Field required'],
    [
      'too small a budget',
      ask('hi', { thinking: { type: 'enabled', budget_tokens: 10 } }),
      400,
      'greater than or equal to 1024',
    ],
    [
      'a budget beyond the limit',
      ask('hi', { thinking: { type: 'enabled', budget_tokens: 2_000 } }),
      400,
      '`max_tokens` must be greater',
    ],
    [
      'thinking before a forced call',
      ask('hi', { tools: [tool], tool_choice: { type: 'any' }, thinking: { type: 'adaptive' } }),
      400,
      'forces tool use',
    ],
  ]

  it.each(refused)('%s', (_name, body, status, message) => {
    const reaction = setUp().call(body)
    const type = status === 404 ? 'not_found_error' : 'invalid_request_error'
    expect(reaction.status).toBe(status)
    expect(reaction.json).toEqual({
      type: 'error',
      error: { type, message: expect.stringContaining(message) },
      request_id: reaction.headers['request-id'],
    })
  })

  it('takes what is in order', () => {
    const turns = [
      user([
        { type: 'text', text: 'a' },
        { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      ]),
      { role: 'assistant', content: [{ type: 'text', text: 'b' }, toolUse] },
      user([toolResult]),
      user('c'),
      { role: 'system', content: 'd' },
      { role: 'assistant', content: 'prefill' },
    ]
    expect(setUp().call(ask('', { messages: turns, tools: [tool] })).status).toBe(200)
  })

  it('a body of more than 32 MB', () => {
    const { call } = setUp()
    const { status, json } = call(ask('x'.repeat(34_000_000)))
    expect([status, json.error.type]).toEqual([413, 'request_too_large'])
  })

  it('a prompt that the model cannot hold', () => {
    const { call } = setUp({ defaults: { contextTokens: 1_000 } })
    const { status, json } = call(ask('word '.repeat(2_000)))
    expect([status, json.error.message]).toEqual([400, expect.stringContaining('prompt is too long')])
  })

  it.each([
    ['temperature', ask('hi', { temperature: 1 })],
    ['top_p', ask('hi', { top_p: 1 })],
    ['top_k', ask('hi', { top_k: 1 })],
    ['document', ask('', { messages: [user('a'), { role: 'assistant', content: [doc] }] })],
    ['citations', ask([{ type: 'text', text: 'a', citations: [{}] }])],
  ])('%s in the newest version, and only there', (what, body) => {
    const { call } = setUp()
    const at = (version: string) => call(body, { 'anthropic-version': version })
    expect(at('2026-10-21').json.error.message).toContain(what)
    expect(at('2023-06-01').status).toBe(200)
    expect(at('2023-01-01').status).toBe(200)
  })

  it('a version that there never was, or none', () => {
    const { call } = setUp()
    expect(call(ask('hi'), {}).json.error.message).toBe('anthropic-version: header is required')
    expect(call(ask('hi'), { 'anthropic-version': '2020-01-01' }).json.error.message).toContain('not a valid')
  })

  it('a wrong key, in either header', () => {
    const { call } = setUp({ keys: ['sk-ant-good'] })
    const version = { 'anthropic-version': '2023-06-01' }
    const withKey = (headers: Record<string, string>) => call(ask('hi'), { ...version, ...headers })
    expect(withKey({ 'x-api-key': 'sk-ant-good' }).status).toBe(200)
    expect(withKey({ authorization: 'Bearer sk-ant-good' }).status).toBe(200)
    expect(withKey({ 'x-api-key': 'sk' })).toMatchObject({
      status: 401,
      json: { error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    })
    expect(withKey({}).json.error.message).toContain('required')
  })
})

describe('limits', () => {
  it('are told in headers, each with the time at which it is whole again', () => {
    const limits = { requestsPerMinute: 60, inputTokensPerMinute: 6_000, outputTokensPerMinute: 60_000 }
    const { call } = setUp({ defaults: limits })
    const { headers } = call(ask('hi', { max_tokens: 1_000 }))
    expect(headers).toMatchObject({
      'anthropic-ratelimit-requests-limit': '60',
      'anthropic-ratelimit-requests-remaining': '59',
      'anthropic-ratelimit-requests-reset': '2026-09-21T14:13:21Z',
      'anthropic-ratelimit-input-tokens-limit': '6000',
      'anthropic-ratelimit-output-tokens-remaining': '59000',
    })
    expect(headers).not.toHaveProperty('x-ratelimit-limit-requests')
  })

  it('refuse what goes beyond them, and say for how long', () => {
    const { call, time } = setUp({ defaults: { outputTokensPerMinute: 1_200 } })
    expect(call(ask('hi', { max_tokens: 1_000 })).status).toBe(200)
    const { status, headers, json } = call(ask('hi', { max_tokens: 1_000 }))
    expect([status, json.error.type, headers['retry-after']]).toEqual([429, 'rate_limit_error', '40'])
    expect(json.error.message).toContain('1200 output tokens per minute')
    time.ms += 40_000
    expect(call(ask('hi', { max_tokens: 1_000 })).status).toBe(200)
    expect(call(ask('hi', { max_tokens: 2_000 })).headers).not.toHaveProperty('retry-after')
  })
})
