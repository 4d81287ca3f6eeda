import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer } from '../answers/interpret.fixture.ts'
import type { CallBroken } from '../call.ts'
import { openai } from './interpret.fixture.ts'
import { interpret } from './interpret.ts'

const completion = (more: object = {}, choice: object = {}, message: object = {}): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4.1-2025-04-14',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: '안녕\n', ...message },
      finish_reason: 'stop',
      ...choice,
    },
  ],
  usage: {
    prompt_tokens: 22,
    completion_tokens: 7,
    total_tokens: 29,
    prompt_tokens_details: { cached_tokens: 5, cache_write_tokens: 3 },
    completion_tokens_details: { reasoning_tokens: 2 },
  },
  ...more,
})

const ENDPOINTS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/moderations',
]

/** Where readers look, and what they look for there. */
const FIELDS =
  'choices message content refusal text data embedding output type output_text status incomplete_details usage error'.split(
    ' ',
  )

const holderOf = (fields: readonly string[]): fc.Arbitrary<unknown> =>
  fc.dictionary(
    fc.constantFrom(...fields),
    fc.oneof(fc.jsonValue(), fc.constantFrom('message', 'output_text', 'failed', 'incomplete')),
  )

const { answerOf, failureOf } = openai('/v1/chat/completions')

const error = (fields: object): string => JSON.stringify({ error: fields })

describe('an answer', () => {
  it('gives text, reason, model and tokens', () => {
    expect(answerOf(completion())).toMatchObject({
      text: '안녕\n',
      finishReason: 'stop',
      model: 'gpt-4.1-2025-04-14',
      usage: {
        promptTokens: 22,
        cachedTokens: 5,
        cacheWriteTokens: 3,
        completionTokens: 7,
        reasoningTokens: 2,
      },
    })
  })

  it.each([
    [
      'parts',
      {
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      'ab',
    ],
    ['a refusal', { content: null, refusal: 'I cannot.' }, 'I cannot.'],
    ['a refusal part', { content: [{ type: 'refusal', refusal: 'No.' }] }, 'No.'],
    ['tool calls', { content: null, tool_calls: [{ id: 'call_1' }] }, null],
    ['nothing, for which tokens were counted', { content: '' }, ''],
  ])('may be %s', (_name, message, text) => {
    expect(answerOf(completion({}, {}, message)).text).toBe(text)
  })

  it('may be empty where it was cut off or filtered', () => {
    const silent = (reason: string) =>
      completion({ usage: null }, { finish_reason: reason }, { content: null })
    expect(answerOf(silent('length')).text).toBeNull()
    expect(answerOf(silent('content_filter')).text).toBeNull()
  })

  it('keeps an unknown finish reason as it is', () => {
    expect(answerOf(completion({}, { finish_reason: 'moonlight' })).finishReason).toBe('moonlight')
    expect(answerOf(completion({}, { finish_reason: null })).finishReason).toBeNull()
  })

  it.each([
    ['none', undefined],
    ['null', null],
    ['half', { prompt_tokens: 3 }],
    ['a negative one', { prompt_tokens: 3, completion_tokens: -1 }],
    ['fractions', { prompt_tokens: 3.5, completion_tokens: 1 }],
    ['text', { prompt_tokens: '3', completion_tokens: 1 }],
    ['more than a frame holds', { prompt_tokens: 2 ** 32, completion_tokens: 1 }],
    [
      'a part above its whole',
      { prompt_tokens: 3, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 4 } },
    ],
  ])('has no usage where it sends %s', (_name, usage) => {
    expect(answerOf(completion({ usage })).usage).toBeUndefined()
  })

  it('reads the usage of DeepSeek and of vLLM', () => {
    const deepseek = { prompt_tokens: 100, completion_tokens: 50, prompt_cache_hit_tokens: 64 }
    expect(answerOf(completion({ usage: deepseek })).usage).toMatchObject({
      promptTokens: 100,
      cachedTokens: 64,
    })
    const vllm = { prompt_tokens: 9, completion_tokens: 1, prompt_tokens_details: null }
    expect(answerOf(completion({ usage: vllm })).usage).toMatchObject({ promptTokens: 9, cachedTokens: 0 })
  })
})

describe('a 200 that is no answer', () => {
  it.each([
    ['empty', '', 'empty_answer'],
    ['only the empty lines of a connection kept alive', '\n\n\n', 'empty_answer'],
    ['truncated', JSON.stringify(completion()).slice(0, 100), 'invalid_json'],
    ['not an object', '[]', 'not_an_object'],
    ['without choices', JSON.stringify(completion({ choices: [] })), 'no_choices'],
    ['without a message', '{"choices":[{}]}', 'no_choices'],
    ['silent', JSON.stringify(completion({ usage: null }, {}, { content: '' })), 'empty_answer'],
    ['an error after all', error({ code: 502, message: 'upstream' }), '502'],
  ])('%s', (_name, body, code) => {
    expect(failureOf(answer(body))).toMatchObject({ class: 'bad_answer', status: 200, code })
  })

  it('is not UTF-8', () => {
    const body = Buffer.from(JSON.stringify(completion()).replace('chatcmpl', 'chat\u0080'), 'latin1')
    expect(failureOf(answer(body))).toMatchObject({ class: 'bad_answer', code: 'invalid_utf8' })
  })

  it('has the wrong content type', () => {
    const headers = new Map([['content-type', 'text/html']])
    const failure = failureOf(answer('<html>', { headers }))
    expect(failure).toMatchObject({
      class: 'bad_answer',
      code: 'wrong_content_type',
      providerError: '<html>',
    })
    expect(() => failureOf(answer(JSON.stringify(completion()), { headers: new Map() }))).toThrow('succeeded')
  })

  it('was broken off by the provider for lack of resources', () => {
    const body = JSON.stringify(completion({}, { finish_reason: 'insufficient_system_resource' }))
    expect(failureOf(answer(body))).toMatchObject({
      class: 'overloaded',
      code: 'insufficient_system_resource',
    })
  })
})

describe('a refusal', () => {
  it.each([
    [400, { code: 'context_length_exceeded' }, 'bad_request', 'context_length_exceeded'],
    [
      400,
      { message: 'Model Not Exist', type: 'invalid_request_error' },
      'model_missing',
      'invalid_request_error',
    ],
    [400, { message: 'your model is not found of my taste' }, 'bad_request', 'http_400'],
    [401, { code: 'invalid_api_key' }, 'key_refused', 'invalid_api_key'],
    [
      402,
      { message: 'Insufficient Balance', code: null, type: 'unknown_error' },
      'quota_exhausted',
      'unknown_error',
    ],
    [403, { message: 'no' }, 'permission', 'http_403'],
    [404, { code: 'model_not_found', message: 'x' }, 'model_missing', 'model_not_found'],
    [
      404,
      { code: 404, message: 'The model `x` does not exist.', type: 'NotFoundError' },
      'model_missing',
      '404',
    ],
    [404, { code: 'unknown_url', message: 'Unknown request URL' }, 'model_missing', 'unknown_url'],
    [
      404,
      { code: null, message: 'No such file: file-1', type: 'invalid_request_error' },
      'bad_request',
      'invalid_request_error',
    ],
    [408, {}, 'request_timeout', 'http_408'],
    [409, {}, 'conflict', 'http_409'],
    [413, { message: 'too large' }, 'bad_request', 'http_413'],
    [418, { message: 'teapot' }, 'bad_request', 'http_418'],
    [422, { message: 'no' }, 'bad_request', 'http_422'],
    [429, { code: 'rate_limit_exceeded', type: 'requests' }, 'throttled', 'rate_limit_exceeded'],
    [
      429,
      { code: 'insufficient_quota', type: 'insufficient_quota' },
      'quota_exhausted',
      'insufficient_quota',
    ],
    [
      429,
      { code: 'rate_limit_exceeded', message: 'Request too large for gpt-4.1 …' },
      'bad_request',
      'rate_limit_exceeded',
    ],
    [500, { type: 'server_error' }, 'server_error', 'server_error'],
    [502, {}, 'server_error', 'http_502'],
    [503, {}, 'overloaded', 'http_503'],
    [504, {}, 'server_error', 'http_504'],
    [520, {}, 'server_error', 'http_520'],
    [529, { type: 'overloaded_error' }, 'overloaded', 'overloaded_error'],
    [302, {}, 'unexpected_status', 'http_302'],
    [999, {}, 'unexpected_status', 'http_999'],
  ] as const)('%i %j is %s', (status, fields, expected, code) => {
    const failure = failureOf(answer(error(fields), { status }))
    expect(failure).toMatchObject({ class: expected, status, code, providerError: error(fields) })
  })

  it.each([
    ['{"error":{"message":"a"}}', 'a'],
    ['{"object":"error","message":"b","code":400}', 'b'],
    ['{"error":"c"}', 'c'],
    ['{"detail":"d"}', 'd'],
    ['{"detail":[{"msg":"e","loc":[]},{"msg":"f"}]}', 'e; f'],
    ['<html>bad</html>', 'the provider answered with status 422'],
    ['', 'the provider answered with status 422'],
  ])('says %s in its own way', (body, message) => {
    expect(failureOf(answer(body, { status: 422 })).message).toBe(message)
  })

  it('of a path that the server does not have closes the deployment', () => {
    for (const body of ['<html>404</html>', '{"detail":"Not Found"}', '']) {
      expect(failureOf(answer(body, { status: 404 })).class).toBe('model_missing')
    }
  })

  it('keeps 64 KB of what the provider said, whole characters only', () => {
    const failure = failureOf(answer('한'.repeat(100_000), { status: 500 }))
    const kept = failure.providerError ?? ''
    expect(Buffer.byteLength(kept)).toBe(65_535)
    expect(kept).not.toContain('\ufffd')
  })

  it.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '120', 'retry-after': '2' }, 120],
    [{ 'retry-after': 'Tue, 24 Nov 2026 08:00:30 GMT', date: 'Tue, 24 Nov 2026 08:00:00 GMT' }, 30_000],
    [{ 'retry-after': 'Tue, 24 Nov 2026 07:00:00 GMT', date: 'Tue, 24 Nov 2026 08:00:00 GMT' }, 0],
    [{ 'retry-after': 'Tue, 24 Nov 2026 08:00:30 GMT' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{}, undefined],
  ])('asks to wait: %j', (given, ms) => {
    const headers = new Map(Object.entries(given))
    expect(failureOf(answer('{}', { status: 429, headers })).retryAfterMs).toBe(ms)
  })
})

it.each([
  ['connect', 'connection'],
  ['reset', 'connection'],
  ['first_byte_timeout', 'timeout'],
  ['idle_timeout', 'timeout'],
  ['total_timeout', 'timeout'],
  ['too_large', 'too_large_answer'],
  ['aborted', 'aborted'],
  ['closed', 'aborted'],
] as const)('a call broken by %s is %s', (cause, expected) => {
  const outcome: CallBroken = { kind: 'broken', cause, message: 'why', totalMs: 1 }
  expect(failureOf(outcome)).toEqual({ kind: 'failure', class: expected, code: cause, message: 'why' })
})

it.each(ENDPOINTS)('has a verdict for whatever %s sends', (endpoint) => {
  const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each))
  const json = fc.jsonValue().map((each) => Buffer.from(JSON.stringify(each)))
  const odd = fc
    .dictionary(fc.constantFrom(...FIELDS), fc.oneof(fc.jsonValue(), fc.array(holderOf(FIELDS))))
    .map((each) => Buffer.from(JSON.stringify(each)))
  fc.assert(
    fc.property(fc.oneof(bytes, json, odd), fc.integer({ min: 200, max: 600 }), (body, status) => {
      const verdict = interpret(answer(body, { status }), endpoint)
      expect(['success', 'failure']).toContain(verdict.kind)
    }),
    { numRuns: 500 },
  )
})

it('answers of an endpoint that nobody reads fail their request alone', () => {
  const verdict = interpret(answer('{}'), '/v1/moderations')
  expect(verdict).toMatchObject({ kind: 'failure', class: 'bad_request', code: 'unknown_endpoint' })
})
