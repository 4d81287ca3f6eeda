import { describe, expect, it } from 'vitest'
import { type CallReading, readCall } from '../read-call.ts'
import { anthropicCalls } from './anthropic.ts'

const CALL: CallReading = {
  dialect: anthropicCalls,
  endpoint: '/v1/messages',
  depthMax: 16,
  headerTier: 'default',
  passedHeaders: { 'anthropic-version': '2023-06-01' },
}

const NEWEST: Partial<CallReading> = { passedHeaders: { 'anthropic-version': '2026-10-21' } }

const read = (text: string, more: Partial<CallReading> = {}) => {
  const call = readCall(Buffer.from(text), { ...CALL, ...more })
  return { ...call, sent: call.body.toString(), atModel: call.body.toString('utf8', call.modelStart) }
}

const bodyOf = (more: object): string => JSON.stringify({ model: 'm', max_tokens: 9, ...more })

describe('a message that is read', () => {
  it('keeps all its bytes, those of a stream and of its own service tier too', () => {
    const text = '{ "max_tokens":7, "stream":true,"service_tier":"auto", "model" : "m","temperature":1 }'
    expect(read(`\n${text} `)).toMatchObject({
      model: 'm',
      isStream: true,
      hidesUsage: false,
      tier: 'default',
      outputTokens: 7,
      sent: text,
      atModel: '"m","temperature":1 }',
    })
  })

  it('is flex by the header alone, and its own service tier stays', () => {
    expect(read(bodyOf({ service_tier: 'flex' }))).toMatchObject({ tier: 'default' })
    const text = bodyOf({ service_tier: 'standard_only' })
    expect(read(text, { headerTier: 'flex' })).toMatchObject({ tier: 'flex', sent: text })
  })

  it.each([
    ['{"max_tokens":1}', 'missing_field', 'model'],
    ['{"model":"m"}', 'missing_field', 'max_tokens'],
    ['{"model":"m","max_tokens":null}', 'invalid_value', 'max_tokens'],
    ['{"model":"m","max_tokens":"1"}', 'invalid_value', 'max_tokens'],
    ['{"model":"m","max_tokens":1.5}', 'invalid_value', 'max_tokens'],
    ['{"model":"m","max_tokens":-1}', 'invalid_value', 'max_tokens'],
    ['{"model":"m","max_tokens":1e10}', 'invalid_value', 'max_tokens'],
  ])('is refused: %s', (text, code, field) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code, details: { field } }))
  })

  it('may want nothing but a warm cache', () => {
    expect(read('{"model":"m","max_tokens":0}')).toMatchObject({ outputTokens: 0 })
  })
})

const user = (...content: object[]) => ({ role: 'user', content })
const assistant = (...content: object[]) => ({ role: 'assistant', content })
const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'x' } }
const cited = { type: 'text', text: 'x', citations: [{ type: 'char_location' }] }

const NOT_IN_NEWEST: ReadonlyArray<readonly [field: string, more: object]> = [
  ['temperature', { temperature: 1 }],
  ['top_p', { top_p: 1 }],
  ['top_k', { top_k: 5 }],
  ['messages[1].content[1]', { messages: [user(), assistant({ type: 'text', text: 'x' }, document)] }],
  ['messages[0].content[0].citations', { messages: [user(cited)] }],
]

describe('version 2026-10-21', () => {
  it.each(NOT_IN_NEWEST)('does not take %s', (field, more) => {
    const refusal = expect.objectContaining({
      code: 'invalid_value',
      message: expect.stringContaining(`'${field}'`),
      details: { field },
    })
    expect(() => read(bodyOf(more), NEWEST)).toThrow(refusal)
  })

  it.each(NOT_IN_NEWEST)('is the only one that does not take %s', (_field, more) => {
    for (const version of ['2023-01-01', '2023-06-01']) {
      const text = bodyOf(more)
      expect(read(text, { passedHeaders: { 'anthropic-version': version } }).sent).toBe(text)
    }
  })

  it.each([
    ['documents of the user', { messages: [user(document)] }],
    ['citations of the assistant', { messages: [assistant(cited)] }],
    [
      'citations that are empty',
      { messages: [user({ ...cited, citations: [] }, { ...cited, citations: null })] },
    ],
    [
      'messages of other forms, which are for the provider to judge',
      { messages: ['x', { content: 'x' }, null] },
    ],
    ['no list of messages, which is for the provider to judge', { messages: { role: 'user' } }],
  ])('takes %s', (_what, more) => {
    const text = bodyOf(more)
    expect(read(text, NEWEST).sent).toBe(text)
  })
})

describe('the headers that the provider is to have too', () => {
  it('are the version, and the list of betas where there is one', () => {
    const version = { 'anthropic-version': '2023-06-01' }
    expect(anthropicCalls.passedHeaders({ ...version, authorization: 'Bearer sk', accept: '*/*' })).toEqual(
      version,
    )
    const both = { ...version, 'anthropic-beta': 'one-2024-01-01, two-2025-02-02' }
    expect(anthropicCalls.passedHeaders(both)).toEqual(both)
  })

  it.each([
    ['no version', {}],
    ['a version that nobody knows', { 'anthropic-version': '2024-01-01' }],
    ['two versions', { 'anthropic-version': '2023-06-01, 2023-06-01' }],
    ['a beta with other bytes', { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'é' }],
    ['a beta without an end', { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'x'.repeat(1_001) }],
  ])('are refused: %s', (_what, headers) => {
    expect(() => anthropicCalls.passedHeaders(headers)).toThrow(
      expect.objectContaining({ code: 'invalid_header' }),
    )
  })
})

describe('what is told in the words of the dialect', () => {
  it('is how it stands with a limit, until a moment that is rounded up', () => {
    const state = { what: 'tokens', limit: 1_000, remaining: 999, resetMs: 61 } as const
    expect(anthropicCalls.showLimit(state, 1_790_000_000_000)).toEqual({
      'anthropic-ratelimit-tokens-limit': '1000',
      'anthropic-ratelimit-tokens-remaining': '999',
      'anthropic-ratelimit-tokens-reset': '2026-09-21T14:13:21Z',
    })
  })

  it('is the error of a provider that is in the dialect, and no other', () => {
    expect(anthropicCalls.isError({ type: 'error', error: { type: 't', message: 'm' } })).toBe(true)
    for (const other of [{}, { error: { message: 'm' } }, { type: 'error' }, { type: 'error', error: 'm' }]) {
      expect(anthropicCalls.isError(other)).toBe(false)
    }
  })

  it('is what a provider said that speaks something else', () => {
    const said = { status: 529, message: 'm', requestId: 'req_1' }
    expect(anthropicCalls.errorAround(said)).toEqual({
      type: 'error',
      error: { type: 'overloaded_error', message: 'm', details: { error_code: 'provider_failed' } },
      request_id: 'req_1',
    })
  })
})
