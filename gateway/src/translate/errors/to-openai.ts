import type { JsonObject } from '../json.ts'
import type { ProviderError } from '../translation.ts'

/** The provider's error in OpenAI's envelope. */
export const toOpenaiError = ({ status, code, message }: ProviderError): JsonObject => ({
  error: {
    message,
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    param: null,
    code: CODES.get(code) ?? code,
  },
})

/** Codes of Gemini and Anthropic for which OpenAI has one that clients look for. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['NOT_FOUND', 'model_not_found'],
  ['RESOURCE_EXHAUSTED', 'rate_limit_exceeded'],
  ['UNAUTHENTICATED', 'invalid_api_key'],
  ['not_found_error', 'model_not_found'],
  ['rate_limit_error', 'rate_limit_exceeded'],
  ['billing_error', 'insufficient_quota'],
  ['authentication_error', 'invalid_api_key'],
])
