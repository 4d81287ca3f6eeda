import { jsonBody } from '../json-body.ts'
import type { ProviderError } from '../provider-error.ts'

export const errorBody = (error: ProviderError, pretty: boolean): Buffer => {
  const { message, type, param = null, code = null } = error
  return jsonBody({ error: { message, type, param, code } }, pretty)
}

export const invalidRequest = (
  message: string,
  param: string | null,
  code: string | null,
): ProviderError => ({
  status: 400,
  type: 'invalid_request_error',
  code,
  param,
  message,
})

export const notJson = (): ProviderError =>
  invalidRequest(
    'We could not parse the JSON body of your request. (HINT: This likely means you aren’t using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)',
    null,
    null,
  )

export const noKey = (): ProviderError => ({
  status: 401,
  type: 'invalid_request_error',
  code: null,
  param: null,
  message:
    "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
})

/** Providers show the first and last characters of a wrong key, never the whole. */
export const badKey = (key: string): ProviderError => ({
  status: 401,
  type: 'invalid_request_error',
  code: 'invalid_api_key',
  param: null,
  message: `Incorrect API key provided: ${key.slice(0, 3)}***${key.length > 8 ? key.slice(-4) : ''}. You can find your API key at https://platform.openai.com/account/api-keys.`,
})

export const unknownModel = (model: string): ProviderError => ({
  status: 404,
  type: 'invalid_request_error',
  code: 'model_not_found',
  param: null,
  message: `The model \`${model}\` does not exist or you do not have access to it.`,
})

export const unknownUrl = (method: string, path: string): ProviderError => ({
  status: 404,
  type: 'invalid_request_error',
  code: 'unknown_url',
  param: null,
  message: `Unknown request URL: ${method} ${path}. Please check the URL for typos, or see the docs at https://platform.openai.com/docs/api-reference/.`,
})

export const wrongMethod = (method: string, path: string): ProviderError => ({
  status: 405,
  type: 'invalid_request_error',
  code: 'method_not_supported',
  param: null,
  message: `Not allowed to ${method} on ${path}.`,
})

export const contextTooLong = (tokens: number, tokensMax: number): ProviderError =>
  invalidRequest(
    `This model's maximum context length is ${tokensMax} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
    'messages',
    'context_length_exceeded',
  )

/** Where texts and not messages are sent: the answer's room is part of the context. */
export const textTooLong = (promptTokens: number, answerTokens: number, tokensMax: number): ProviderError =>
  invalidRequest(
    `This model's maximum context length is ${tokensMax} tokens, however you requested ${promptTokens + answerTokens} tokens (${promptTokens} in your prompt; ${answerTokens} for the completion). Please reduce your prompt; or completion length.`,
    null,
    null,
  )

export const inputTooLong = (): ProviderError =>
  invalidRequest(
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
    'input',
    'context_length_exceeded',
  )

export const failed = (): ProviderError => ({
  status: 500,
  type: 'server_error',
  code: null,
  param: null,
  message: 'The server had an error while processing your request. Sorry about that!',
})

export const concurrencyReached = (model: string, max: number): ProviderError => ({
  status: 429,
  type: 'requests',
  code: 'rate_limit_exceeded',
  param: null,
  message: `Too many requests at once for ${model}: limit ${max} concurrent requests. Please try again when one of them has ended.`,
  retryAfterSeconds: 1,
})
