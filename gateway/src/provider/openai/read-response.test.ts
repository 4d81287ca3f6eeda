import { describe, expect, it } from 'vitest'
import { openai } from './interpret.fixture.ts'

const { answerOf, failureOf } = openai('/v1/responses')

const message = (...content: object[]): object => ({
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content,
})
const said = (text: string): object => ({ type: 'output_text', text, annotations: [], logprobs: [] })
const reasoning = { id: 'rs_1', type: 'reasoning', summary: [] }

const response = (more: object = {}): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model: 'gpt-4.1-2025-04-14',
  output: [message(said('안녕\n'))],
  usage: {
    input_tokens: 22,
    input_tokens_details: { cached_tokens: 5, cache_write_tokens: 3 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 2 },
    total_tokens: 29,
  },
  ...more,
})

describe('a response', () => {
  it('gives text, reason, model and tokens in the words of chat', () => {
    expect(answerOf(response())).toEqual({
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
    ['several parts', [message(said('a'), said('b')), message(said('c'))], 'abc'],
    ['behind reasoning', [reasoning, message(said('a'))], 'a'],
    ['a refusal', [message({ type: 'refusal', refusal: 'I cannot.' })], 'I cannot.'],
    ['a call of a function', [{ type: 'function_call', name: 'f', arguments: '{}', call_id: 'c' }], null],
    ['a call of a tool of the provider', [{ type: 'web_search_call', id: 'ws_1' }], null],
    ['nothing, for which tokens were counted', [], null],
    ['reasoning alone, for which tokens were counted', [reasoning], null],
    ['items of a kind that is not known yet', [{ type: 'telepathy', text: 'x' }], null],
  ])('may be %s', (_name, output, text) => {
    expect(answerOf(response({ output })).text).toBe(text)
  })

  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['moonlight', 'moonlight'],
  ])('that is incomplete for %s says so and counts', (reason, finishReason) => {
    const cut = response({ status: 'incomplete', incomplete_details: { reason }, output: [], usage: null })
    expect(answerOf(cut)).toMatchObject({ finishReason, text: null })
  })

  it('that is incomplete without a reason is that', () => {
    expect(answerOf(response({ status: 'incomplete' })).finishReason).toBe('incomplete')
  })

  it('may leave its status out, as other servers do', () => {
    expect(answerOf(response({ status: undefined })).finishReason).toBe('stop')
  })

  it.each([
    ['none', undefined],
    ['that of chat', { prompt_tokens: 3, completion_tokens: 1 }],
    ['half', { input_tokens: 3 }],
    [
      'a cached part above its whole',
      { input_tokens: 3, output_tokens: 1, input_tokens_details: { cached_tokens: 4 } },
    ],
    [
      'more reasoning than output',
      { input_tokens: 3, output_tokens: 1, output_tokens_details: { reasoning_tokens: 2 } },
    ],
    ['fractions', { input_tokens: 3.5, output_tokens: 1 }],
  ])('has no usage where it sends %s', (_name, usage) => {
    expect(answerOf(response({ usage })).usage).toBeUndefined()
  })

  it('may send its usage without details', () => {
    expect(answerOf(response({ usage: { input_tokens: 3, output_tokens: 1 } })).usage).toMatchObject({
      promptTokens: 3,
      cachedTokens: 0,
      completionTokens: 1,
    })
  })
})

describe('a response that failed', () => {
  it.each([
    ['server_error', 'server_error'],
    ['vector_store_timeout', 'server_error'],
    ['rate_limit_exceeded', 'throttled'],
    ['invalid_prompt', 'bad_request'],
    ['image_content_policy_violation', 'bad_request'],
  ])('with %s is %s', (code, expected) => {
    const error = { code, message: 'why' }
    expect(failureOf(response({ status: 'failed', error, output: [] }))).toMatchObject({
      class: expected,
      status: 200,
      code,
      message: 'why',
      providerError: expect.stringContaining('"why"'),
    })
  })

  it('without an error may be tried again', () => {
    expect(failureOf(response({ status: 'failed' }))).toMatchObject({
      class: 'bad_answer',
      code: 'response_failed',
    })
  })

  it.each(['queued', 'in_progress'])('is one that is %s: its answer would come elsewhere', (status) => {
    expect(failureOf(response({ status, output: [] }))).toMatchObject({
      class: 'bad_request',
      code: 'response_in_background',
    })
  })

  it.each(['cancelled', 'moonlight', 7])('is one with the status %s', (status) => {
    expect(failureOf(response({ status }))).toMatchObject({
      class: 'bad_answer',
      code: 'response_not_completed',
      message: expect.stringContaining(String(status)),
    })
  })
})

it.each([
  ['no output', response({ output: undefined }), 'no_output'],
  ['output that is no list', response({ output: 'text' }), 'no_output'],
  ['an answer of another endpoint', { choices: [{ message: { content: 'hi' } }] }, 'no_output'],
  ['silence', response({ output: [], usage: null }), 'empty_answer'],
  ['a message without words', response({ output: [message()], usage: null }), 'empty_answer'],
  ['an empty text', response({ output: [message(said(''))], usage: null }), 'empty_answer'],
  ['an error after all', { error: { code: 'overloaded', message: 'later' } }, 'overloaded'],
])('%s is no response', (_name, body, code) => {
  expect(failureOf(body)).toMatchObject({ class: 'bad_answer', status: 200, code })
})
