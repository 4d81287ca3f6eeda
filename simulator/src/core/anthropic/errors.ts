import { jsonBody } from '../json-body.ts'
import type { ProviderError } from '../provider-error.ts'

export const errorBody = (error: ProviderError, requestId: string | null, pretty: boolean): Buffer => {
  const { type, message, details } = error
  const inner = details === undefined ? { type, message } : { type, message, details }
  return jsonBody({ type: 'error', error: inner, request_id: requestId }, pretty)
}

export const invalidRequest = (message: string): ProviderError => ({
  status: 400,
  type: 'invalid_request_error',
  message,
})

export const notJson = (): ProviderError => invalidRequest('The request body is not valid JSON.')

export const noKey = (): ProviderError => keyRefused('x-api-key header is required')

export const badKey = (): ProviderError => keyRefused('invalid x-api-key')

const keyRefused = (message: string): ProviderError => ({
  status: 401,
  type: 'authentication_error',
  message,
})

const notFound = (message: string): ProviderError => ({ status: 404, type: 'not_found_error', message })

export const unknownModel = (model: string): ProviderError => notFound(`model: ${model}`)

export const unknownUrl = (): ProviderError => notFound('Not found')

export const wrongMethod = (): ProviderError => ({
  ...invalidRequest('Method Not Allowed'),
  status: 405,
})

export const requestTooLarge = (): ProviderError => ({
  status: 413,
  type: 'request_too_large',
  message: 'Request exceeds the maximum size',
})

export const promptTooLong = (tokens: number, tokensMax: number): ProviderError =>
  invalidRequest(`prompt is too long: ${tokens} tokens > ${tokensMax} maximum`)

export const overloaded = (): ProviderError => ({
  status: 529,
  type: 'overloaded_error',
  message: 'Overloaded',
})
