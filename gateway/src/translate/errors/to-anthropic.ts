import { anthropicTypeOf } from '../../batch/anthropic-error-type.ts'
import type { JsonObject } from '../json.ts'
import type { ProviderError } from '../translation.ts'

/** The provider's error in Anthropic's envelope, which has no place for its code. */
export const toAnthropicError = ({ status, message }: ProviderError): JsonObject => ({
  type: 'error',
  error: { type: typeOf(status), message },
  request_id: null,
})

/** Of a provider, 503 says that it has too much to do; Anthropic itself has 529 for it. */
const typeOf = (status: number): string => anthropicTypeOf(status === 503 ? 529 : status)
