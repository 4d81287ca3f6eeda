import { describe, expect, it } from 'vitest'
import { anthropicTypeOf } from '../batch/anthropic-error-type.ts'
import { errorBody } from './error-bodies.ts'
import { ApiError, ERRORS, type ErrorCode } from './errors.ts'

const codes = Object.keys(ERRORS) as ErrorCode[]

/** As Anthropic documents them, but for those that we have no status for. */
const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  405: 'invalid_request_error',
  408: 'invalid_request_error',
  409: 'conflict_error',
  413: 'request_too_large',
  415: 'invalid_request_error',
  416: 'invalid_request_error',
  422: 'invalid_request_error',
  429: 'rate_limit_error',
  431: 'invalid_request_error',
  500: 'api_error',
  502: 'api_error',
  503: 'api_error',
  504: 'timeout_error',
}

describe("Anthropic's envelope", () => {
  it.each(codes)('holds %s', (code) => {
    const error = new ApiError(code, 'what was wrong', { field: 'a.b' })
    expect(errorBody(error, 'anthropic', 'req_1')).toEqual({
      type: 'error',
      error: {
        type: TYPES[error.status],
        message: 'what was wrong',
        details: { error_code: code, field: 'a.b' },
      },
      request_id: 'req_1',
    })
  })

  it('says something where the native form has no message', () => {
    const error = new ApiError('batch_size_exceeded', '', { max_allowed: 1, received: 2 })
    expect(errorBody(error, 'anthropic', 'req_1')).toMatchObject({
      error: { message: 'batch_size_exceeded', details: { max_allowed: 1, received: 2 } },
    })
  })

  it('has the type that goes with a status of a provider', () => {
    expect([529, 599, 418].map(anthropicTypeOf)).toEqual([
      'overloaded_error',
      'api_error',
      'invalid_request_error',
    ])
  })
})
