import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer, reading } from '../answers/interpret.fixture.ts'
import { interpret } from './interpret.ts'

const { answerOf, failureOf } = reading((outcome) => interpret(outcome, '/v1/messages'))

const message = (more: object = {}): object => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-5-5',
  content: [{ type: 'text', text: '안녕\n', citations: null }],
  stop_reason: 'end_turn',
  usage: {
    input_tokens: 10,
    cache_creation_input_tokens: 7,
    cache_read_input_tokens: 5,
    cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 },
    output_tokens: 9,
    output_tokens_details: { thinking_tokens: 2 },
  },
  ...more,
})

describe('an answer', () => {
  it('gives text, reason, model and tokens, those of the cache among those of the prompt', () => {
    expect(answerOf(message())).toEqual({
      text: '안녕\n',
      finishReason: 'stop',
      model: 'claude-sonnet-5-5',
      usage: {
        promptTokens: 22,
        cachedTokens: 5,
        cacheWriteTokens: 7,
        cacheWrite1hTokens: 4,
        completionTokens: 9,
        reasoningTokens: 2,
      },
    })
  })

  const thinking = { type: 'thinking', thinking: 'hm', signature: 's' }
  const toolUse = { type: 'tool_use', id: 't', name: 'find', input: {} }
  it.each([
    [
      'several texts',
      [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      'ab',
    ],
    ['thoughts and a text', [thinking, { type: 'text', text: 'a' }], 'a'],
    ['a call of a tool', [toolUse], null],
    ['nothing, for which tokens were counted', [], null],
  ])('may be %s', (_name, content, text) => {
    expect(answerOf(message({ content })).text).toBe(text)
  })

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'content_filter'],
    ['moonlight', 'moonlight'],
  ])('that ends for %s has finished for %s', (reason, finishReason) => {
    expect(answerOf(message({ stop_reason: reason })).finishReason).toBe(finishReason)
  })

  it('may be empty where it was cut off or declined', () => {
    for (const reason of ['max_tokens', 'refusal']) {
      expect(answerOf(message({ content: [], stop_reason: reason, usage: null })).text).toBeNull()
    }
  })

  it.each([
    ['none', undefined],
    ['null', null],
    ['half', { input_tokens: 3 }],
    ['a negative one', { input_tokens: 3, output_tokens: -1 }],
    ['text', { input_tokens: '3', output_tokens: 1 }],
    ['more than a frame holds', { input_tokens: 2 ** 32 - 1, cache_read_input_tokens: 1, output_tokens: 1 }],
    [
      'more thoughts than output',
      { input_tokens: 3, output_tokens: 1, output_tokens_details: { thinking_tokens: 2 } },
    ],
    [
      'a part above its whole',
      { input_tokens: 3, output_tokens: 1, cache_creation: { ephemeral_1h_input_tokens: 1 } },
    ],
  ])('has no usage where it sends %s', (_name, usage) => {
    expect(answerOf(message({ usage })).usage).toBeUndefined()
  })

  it('takes counts that are null for zero', () => {
    const usage = {
      input_tokens: 3,
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      cache_creation: null,
      output_tokens: 1,
      output_tokens_details: null,
    }
    expect(answerOf(message({ usage })).usage).toMatchObject({ promptTokens: 3, completionTokens: 1 })
  })
})

describe('a 200 that is no answer', () => {
  it.each([
    ['empty', '', 'empty_answer'],
    ['truncated', JSON.stringify(message()).slice(0, 100), 'invalid_json'],
    ['not an object', '[]', 'not_an_object'],
    ['without content', '{"type":"message"}', 'no_content'],
    ['silent', JSON.stringify(message({ content: [], usage: null })), 'empty_answer'],
    ['an error after all', '{"type":"error","error":{"type":"api_error","message":"x"}}', 'api_error'],
  ])('%s', (_name, body, code) => {
    expect(failureOf(answer(body))).toMatchObject({ class: 'bad_answer', status: 200, code })
  })
})

describe('a refusal', () => {
  const error = (fields: object): string =>
    JSON.stringify({ type: 'error', error: fields, request_id: 'req_1' })
  const spend = (code: string) => ({ message: 'no', details: { error_code: code } })

  it.each([
    [400, { type: 'invalid_request_error', message: 'no' }, 'bad_request', 'invalid_request_error'],
    [
      400,
      { type: 'invalid_request_error', ...spend('enforced_spend_limit_reached') },
      'quota_exhausted',
      'enforced_spend_limit_reached',
    ],
    [
      400,
      {
        type: 'invalid_request_error',
        message: 'Your credit balance is too low to access the Anthropic API.',
      },
      'quota_exhausted',
      'invalid_request_error',
    ],
    [
      400,
      { type: 'invalid_request_error', message: 'system: Your credit balance is too low' },
      'bad_request',
      'invalid_request_error',
    ],
    [401, { type: 'authentication_error' }, 'key_refused', 'authentication_error'],
    [402, { type: 'billing_error' }, 'quota_exhausted', 'billing_error'],
    [403, { type: 'permission_error' }, 'permission', 'permission_error'],
    [
      403,
      { type: 'permission_error', ...spend('organization_on_hold') },
      'key_refused',
      'organization_on_hold',
    ],
    [404, { type: 'not_found_error', message: 'model: claude-0' }, 'model_missing', 'not_found_error'],
    [404, { type: 'not_found_error', message: 'Not found' }, 'model_missing', 'not_found_error'],
    [404, { type: 'not_found_error', message: 'File not found: file_1' }, 'bad_request', 'not_found_error'],
    [408, {}, 'request_timeout', 'http_408'],
    [409, { type: 'conflict_error' }, 'conflict', 'conflict_error'],
    [413, { type: 'request_too_large' }, 'bad_request', 'request_too_large'],
    [422, {}, 'bad_request', 'http_422'],
    [429, { type: 'rate_limit_error' }, 'throttled', 'rate_limit_error'],
    [
      429,
      { type: 'rate_limit_error', ...spend('contract_spend_limit_reached') },
      'quota_exhausted',
      'contract_spend_limit_reached',
    ],
    [500, { type: 'api_error' }, 'server_error', 'api_error'],
    [503, { type: 'api_error' }, 'overloaded', 'api_error'],
    [504, { type: 'timeout_error' }, 'timeout', 'timeout_error'],
    [520, {}, 'server_error', 'http_520'],
    [529, { type: 'overloaded_error' }, 'overloaded', 'overloaded_error'],
    [302, {}, 'unexpected_status', 'http_302'],
  ] as const)('%i %j is %s', (status, fields, expected, code) => {
    const failure = failureOf(answer(error(fields), { status }))
    expect(failure).toMatchObject({ class: expected, status, code, providerError: error(fields) })
  })

  it('of a path that a proxy does not have closes the deployment', () => {
    expect(failureOf(answer('<html>404</html>', { status: 404 })).class).toBe('model_missing')
  })

  it('says for how long to wait', () => {
    const headers = new Map([['retry-after', '7']])
    expect(failureOf(answer('{}', { status: 429, headers })).retryAfterMs).toBe(7_000)
  })
})

it('has a verdict for whatever comes', () => {
  const fields = 'type message content text stop_reason usage error details error_code'.split(' ')
  const json = fc.dictionary(
    fc.constantFrom(...fields),
    fc.oneof(fc.jsonValue(), fc.array(fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()))),
  )
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
    json.map((each) => Buffer.from(JSON.stringify(each))),
  )
  fc.assert(
    fc.property(body, fc.integer({ min: 200, max: 600 }), (bytes, status) => {
      expect(['success', 'failure']).toContain(interpret(answer(bytes, { status }), '/v1/messages').kind)
    }),
    { numRuns: 500 },
  )
})
