import { jsonBody } from '../json-body.ts'
import type { ProviderError } from '../provider-error.ts'

/** `details` is left out where there are none. */
export const errorBody = ({ status, type, message, details }: ProviderError, pretty: boolean): Buffer =>
  jsonBody({ error: { code: status, message, status: type, details } }, pretty)

export const invalidArgument = (message: string, details?: unknown): ProviderError => ({
  status: 400,
  type: 'INVALID_ARGUMENT',
  message,
  details,
})

/** Everything that is wrong with the fields of a body, in one error. */
export const badFields = (problems: readonly string[]): ProviderError =>
  invalidArgument(problems.join('\n'), [
    {
      '@type': 'type.googleapis.com/google.rpc.BadRequest',
      fieldViolations: problems.map((description) => ({ description })),
    },
  ])

export const notJson = (): ProviderError =>
  invalidArgument('Invalid JSON payload received. Expected a value.\n\n^')

export const errorInfo = (reason: string) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata: { service: 'generativelanguage.googleapis.com' },
})

export const badKey = (): ProviderError => ({
  ...invalidArgument('API key not valid. Please pass a valid API key.', [errorInfo('API_KEY_INVALID')]),
  code: 'API_KEY_INVALID',
})

export const noKey = (): ProviderError => ({
  status: 403,
  type: 'PERMISSION_DENIED',
  message:
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
})

export const notFound = (message: string): ProviderError => ({ status: 404, type: 'NOT_FOUND', message })

export const unknownModel = (name: string, method = 'generateContent'): ProviderError =>
  notFound(
    `models/${name} is not found for API version v1beta, or is not supported for ${method}. Call ListModels to see the list of available models and their supported methods.`,
  )

export const inputTooLong = (tokens: number, tokensMax: number): ProviderError =>
  invalidArgument(
    `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${tokensMax}).`,
  )

export const failed = (): ProviderError => ({
  status: 500,
  type: 'INTERNAL',
  message:
    'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
})

/** How every limit is told that will be gone after a while. */
export const overLimit = (quota: string, waitSeconds: number): ProviderError => ({
  status: 429,
  type: 'RESOURCE_EXHAUSTED',
  message: `You exceeded your current quota, please check your plan and billing details. For more information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. \n* Quota exceeded for metric: generativelanguage.googleapis.com/${quota}\nPlease retry in ${waitSeconds}s.`,
  details: [
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [{ quotaMetric: `generativelanguage.googleapis.com/${quota}` }],
    },
    { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${waitSeconds}s` },
  ],
})

export const exhausted = (message: string): ProviderError => ({
  status: 429,
  type: 'RESOURCE_EXHAUSTED',
  message,
})
