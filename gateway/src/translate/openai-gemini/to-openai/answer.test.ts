import { describe, expect, it } from 'vitest'
import { toOpenaiError } from '../../errors/to-openai.ts'
import type { JsonObject } from '../../json.ts'
import { toChatCompletion } from './answer.ts'

const CONTEXT = { now: 1_764_200_000_000, asked: { model: 'asked-for' } }

const choiceOf = (candidate: JsonObject): unknown => {
  const { choices } = toChatCompletion({ candidates: [candidate] }, CONTEXT)
  return Array.isArray(choices) ? choices[0] : undefined
}

describe('why a choice ended', () => {
  const text = { parts: [{ text: '양' }] }
  const call = { parts: [{ functionCall: { name: 'f' } }] }
  it.each<[string, JsonObject, string, string | null]>([
    ['STOP', text, 'stop', null],
    ['STOP', call, 'tool_calls', null],
    ['MAX_TOKENS', call, 'length', null],
    ['SAFETY', text, 'content_filter', 'The answer ended with SAFETY.'],
    ['IMAGE_SAFETY', text, 'content_filter', 'The answer ended with IMAGE_SAFETY.'],
    ['CONTINUATION', text, 'stop', null],
    ['MALFORMED_FUNCTION_CALL', {}, 'stop', 'The answer ended with MALFORMED_FUNCTION_CALL.'],
    ['OTHER', text, 'stop', null],
    ['A_NEW_REASON', text, 'A_NEW_REASON', null],
  ])('%s with %j', (finishReason, content, finish_reason, refusal) => {
    expect(choiceOf({ content, finishReason })).toMatchObject({ finish_reason, message: { refusal } })
  })

  it("is told in the provider's words where it has any", () => {
    const candidate = { content: text, finishReason: 'SPII', finishMessage: '개인 정보가 있습니다.' }
    expect(choiceOf(candidate)).toMatchObject({ message: { refusal: '개인 정보가 있습니다.' } })
  })
})

describe('an answer without a name', () => {
  it('is named by its time, and by the model that was asked', () => {
    expect(toChatCompletion({}, CONTEXT)).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-\w+$/),
      created: 1_764_200_000,
      model: 'asked-for',
      choices: [{ message: { content: null }, finish_reason: 'stop' }],
    })
  })
})

describe('an error', () => {
  it.each([
    [400, 'INVALID_ARGUMENT', 'invalid_request_error', 'INVALID_ARGUMENT'],
    [401, 'UNAUTHENTICATED', 'invalid_request_error', 'invalid_api_key'],
    [404, 'NOT_FOUND', 'invalid_request_error', 'model_not_found'],
    [429, 'RESOURCE_EXHAUSTED', 'invalid_request_error', 'rate_limit_exceeded'],
    [503, 'UNAVAILABLE', 'server_error', 'UNAVAILABLE'],
  ])('%i %s', (status, code, type, told) => {
    expect(toOpenaiError({ status, code, message: '왜냐하면' })).toEqual({
      error: { message: '왜냐하면', type, param: null, code: told },
    })
  })
})
