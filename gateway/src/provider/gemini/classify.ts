import type { FailureClass } from '../failure.ts'
import type { GoogleError } from './error-body.ts'

/** What an answer with a status other than 2xx means for the request and for its deployment. */
export const classifyStatus = (status: number, error: GoogleError): FailureClass => {
  if (status >= 400 && status < 500) return classifyRefusal(status, error)
  if (status === 503) return 'overloaded'
  return status >= 500 && status < 600 ? 'server_error' : 'unexpected_status'
}

const classifyRefusal = (status: number, error: GoogleError): FailureClass => {
  if (status === 429) return isMoney(error) && !saysWhen(error) ? 'quota_exhausted' : 'throttled'
  if (status === 401 || isKey(error)) return 'key_refused'
  if (status === 402 || ((status === 403 || isPrecondition(error)) && isMoney(error)))
    return 'quota_exhausted'
  if (status === 404) return isAboutModel(error) ? 'model_missing' : 'bad_request'
  if (status === 408 || status === CANCELLED) return 'request_timeout'
  if (status === 409) return 'conflict'
  return status === 403 ? 'permission' : 'bad_request'
}

/** Google's own status for a call that it dropped. */
const CANCELLED = 499

/**
 * Every limit of a minute or a day is told with the words "check your plan and billing details" too, but also
 * with the time after which it is worth another try.
 */
const saysWhen = ({ retryDelayMs, reason }: GoogleError): boolean =>
  retryDelayMs !== undefined || reason === 'RATE_LIMIT_EXCEEDED'

const isMoney = ({ reason, message = '' }: GoogleError): boolean =>
  reason === 'BILLING_DISABLED' || /\b(billing|credits?|spend(ing)?|prepayment|free tier)\b/i.test(message)

const isPrecondition = ({ status }: GoogleError): boolean => status === 'FAILED_PRECONDITION'

/** Google's words for a key, or a project behind it, that may not call this API, or not from here. */
const KEY_REASONS: ReadonlySet<string | undefined> = new Set([
  'API_KEY_INVALID',
  'API_KEY_SERVICE_BLOCKED',
  'API_KEY_HTTP_REFERRER_BLOCKED',
  'API_KEY_IP_ADDRESS_BLOCKED',
  'CONSUMER_INVALID',
  'CONSUMER_SUSPENDED',
  'SERVICE_DISABLED',
])

const KEY_MESSAGE =
  /\bAPI key (not valid|not found|expired|was reported as leaked)|\bunregistered callers\b|\blocation is not supported\b/i

/** All requests of the deployment would fail alike. A bad key is told with 400, and one without rights with 403. */
const isKey = ({ reason, message = '' }: GoogleError): boolean =>
  KEY_REASONS.has(reason) || KEY_MESSAGE.test(message)

/** Whatever else the request names and the provider has not is of this request alone. */
const isAboutModel = ({ message = '' }: GoogleError): boolean => !/\b(file|cached ?content)/i.test(message)
