import type { JsonObject } from '../../json.ts'
import type { ProviderError } from '../../translation.ts'

/** The provider's error in OpenAI's envelope. */
export const toOpenaiError = ({ status, code, message }: ProviderError): JsonObject => ({
  error: { message, type: typeOf(status), param: null, code },
})

const typeOf = (status: number): string => {
  if (status === 429) return 'rate_limit_error'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}
