import type { FailureClass } from '../failure.ts'
import type { ProviderError } from './error-body.ts'

/** Codes and types that mean "pay first", whatever the status: providers disagree on 402, 403 and 429. */
const QUOTA_CODES: ReadonlySet<string> = new Set([
  'insufficient_quota',
  'insufficient_balance',
  'insufficient_credits',
  'billing_hard_limit_reached',
  'billing_not_active',
  'quota_exceeded',
  'access_terminated',
])

const KEY_CODES: ReadonlySet<string> = new Set(['invalid_api_key', 'account_deactivated'])

/** What an answer with a status other than 2xx means for the request and for its deployment. */
export const classifyStatus = (status: number, error: ProviderError): FailureClass => {
  if (status >= 400 && status < 500) return classifyRefusal(status, error)
  if (status === 503 || status === 529) return 'overloaded'
  return status >= 500 && status < 600 ? 'server_error' : 'unexpected_status'
}

const classifyRefusal = (status: number, error: ProviderError): FailureClass => {
  const { code = '', type = '' } = error
  if (status === 402 || QUOTA_CODES.has(code) || QUOTA_CODES.has(type)) return 'quota_exhausted'
  if (status === 401 || KEY_CODES.has(code)) return 'key_refused'
  if (isModelMissing(status, error)) return 'model_missing'
  if (status === 429) return isTooLargeForItsRate(error) ? 'bad_request' : 'throttled'
  if (status === 408) return 'request_timeout'
  if (status === 409 || status === 425) return 'conflict'
  return status === 403 ? 'permission' : 'bad_request'
}

/**
 * The deployment is set up wrongly, and every request of it would fail: an unknown model (DeepSeek says
 * so with 400), or a path that the server does not have, which is told by the lack of an error that speaks
 * of the request.
 */
const isModelMissing = (status: number, { code, message = '' }: ProviderError): boolean => {
  if (status !== 404 && status !== 400) return false
  if (code === 'model_not_found' || /^model not exist\b/i.test(message)) return true
  if (status !== 404) return false
  if (message === '' || code === 'unknown_url' || /^not found$/i.test(message)) return true
  return /\bmodel\b.*\b(does not exist|not exist|not found)\b/is.test(message)
}

/** OpenAI refuses a single request that is above the whole rate with 429: waiting would never help it. */
const isTooLargeForItsRate = ({ message = '' }: ProviderError): boolean =>
  /^request too large\b/i.test(message)
