import type { ProviderError } from '../provider-error.ts'

/** DeepSeek has OpenAI's envelope, one code for nearly everything, and never says how long to wait. */
const refused = (status: number, type: string, message: string): ProviderError => ({
  status,
  type,
  message,
  param: null,
  code: 'invalid_request_error',
})

export const notJson = (): ProviderError =>
  refused(400, 'invalid_request_error', 'Failed to parse the request body as JSON')

export const badFormat = (why: string): ProviderError => refused(400, 'invalid_request_error', why)

export const badParameter = (why: string): ProviderError =>
  refused(422, 'invalid_request_error', `Failed to deserialize the JSON body into the target type: ${why}`)

export const noKey = (): ProviderError =>
  refused(401, 'authentication_error', 'Authentication Fails (auth header format should be Bearer sk-...)')

export const badKey = (key: string): ProviderError =>
  refused(401, 'authentication_error', `Authentication Fails, Your api key: ****${key.slice(-4)} is invalid`)

export const unknownModel = (): ProviderError => refused(400, 'invalid_request_error', 'Model Not Exist')

export const unknownUrl = (): ProviderError => refused(404, 'invalid_request_error', 'Not Found')

export const wrongMethod = (): ProviderError => refused(405, 'invalid_request_error', 'Method Not Allowed')

export const contextTooLong = (tokens: number, tokensMax: number): ProviderError =>
  refused(
    400,
    'invalid_request_error',
    `This model's maximum context length is ${tokensMax} tokens. However, you requested ${tokens} tokens in the messages. Please reduce the length of the messages.`,
  )

/** For too many calls at once as well as for too many in a minute. */
export const limitReached = (): ProviderError =>
  refused(429, 'rate_limit_error', 'Rate limit reached. Please pace your requests reasonably.')

export const noBalance = (): ProviderError => refused(402, 'unknown_error', 'Insufficient Balance')

export const serverError = (): ProviderError =>
  refused(500, 'server_error', 'The server had an error. Please retry your request after a brief wait.')

export const tooBusy = (): ProviderError =>
  refused(503, 'service_unavailable_error', 'Service is too busy. Please retry your request later.')

export const gatewayTimeout = (): ProviderError => refused(504, 'server_error', 'Gateway Timeout')

export const forbidden = (): ProviderError => refused(403, 'invalid_request_error', 'Forbidden')
