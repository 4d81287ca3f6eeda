import { describe, expect, it } from 'vitest'
import { toAnthropicError } from '../../errors/to-anthropic.ts'
import type { JsonObject } from '../../json.ts'
import { toMessage } from './answer.ts'

const CONTEXT = { now: 1_764_200_000_000, asked: { model: 'asked-for' } }

describe('why a message ended', () => {
  const text = { parts: [{ text: '양' }] }
  const call = { parts: [{ functionCall: { name: 'f' } }] }
  it.each<[string, JsonObject, string, string | null]>([
    ['STOP', text, 'end_turn', null],
    ['STOP', call, 'tool_use', null],
    ['MAX_TOKENS', call, 'max_tokens', null],
    ['SAFETY', text, 'refusal', 'The answer ended with SAFETY.'],
    ['CONTINUATION', text, 'pause_turn', null],
    ['MALFORMED_FUNCTION_CALL', {}, 'end_turn', 'The answer ended with MALFORMED_FUNCTION_CALL.'],
    ['OTHER', text, 'end_turn', null],
    ['A_NEW_REASON', text, 'A_NEW_REASON', null],
  ])('%s with %j', (finishReason, content, stop_reason, explanation) => {
    const message = toMessage({ candidates: [{ content, finishReason }] }, CONTEXT)
    expect(message.stop_reason).toBe(stop_reason)
    expect(message.stop_details).toEqual(
      explanation === null ? null : { type: 'refusal', category: null, explanation },
    )
  })
})

describe('an error', () => {
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [503, 'overloaded_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('%i', (status, type) => {
    expect(toAnthropicError({ status, code: 'X', message: '왜냐하면' })).toEqual({
      type: 'error',
      error: { type, message: '왜냐하면' },
      request_id: null,
    })
  })
})
