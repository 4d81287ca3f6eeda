import type { JsonObject } from '../../json.ts'
import type { ProviderError } from '../../translation.ts'

export const errorToOpenai = ({ status, code, message }: ProviderError): JsonObject => ({
  error: {
    message,
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    param: null,
    code: CODES.get(code) ?? code,
  },
})

/** Anthropic's types of errors for which OpenAI has a code that clients look for. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['authentication_error', 'invalid_api_key'],
  ['billing_error', 'insufficient_quota'],
  ['rate_limit_error', 'rate_limit_exceeded'],
])
