import type { JsonObject } from '../json.ts'
import type { ProviderError } from '../translation.ts'

/** The provider's error in Anthropic's envelope, which has no place for its code. */
export const toAnthropicError = ({ status, message }: ProviderError): JsonObject => ({
  type: 'error',
  error: { type: typeOf(status), message },
  request_id: null,
})

const TYPES: ReadonlyMap<number, string> = new Map([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [503, 'overloaded_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])

const typeOf = (status: number): string =>
  TYPES.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
