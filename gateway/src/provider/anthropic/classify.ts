import type { FailureClass } from '../failure.ts'
import type { AnthropicError } from './error-body.ts'

/** What an answer with a status other than 2xx means for the request and for its deployment. */
export const classifyStatus = (status: number, error: AnthropicError): FailureClass => {
  if (status >= 400 && status < 500) return classifyRefusal(status, error)
  if (status === 503 || status === 529) return 'overloaded'
  if (status === 504) return 'timeout'
  return status >= 500 && status < 600 ? 'server_error' : 'unexpected_status'
}

/** The same of an error that comes in the middle of a stream, where there is only its type. */
export const classifyError = (error: AnthropicError): FailureClass =>
  classifyStatus(STATUS_OF_TYPE.get(error.type) ?? 500, error)

const classifyRefusal = (status: number, error: AnthropicError): FailureClass => {
  if (status === 402 || isMoney(error)) return 'quota_exhausted'
  if (status === 401 || error.code === ON_HOLD) return 'key_refused'
  if (status === 404) return isAboutDeployment(error) ? 'model_missing' : 'bad_request'
  if (status === 408) return 'request_timeout'
  if (status === 409) return 'conflict'
  if (status === 429) return 'throttled'
  return status === 403 ? 'permission' : 'bad_request'
}

const STATUS_OF_TYPE: ReadonlyMap<string | undefined, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['conflict_error', 409],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
])

/** Nobody of the organization is served, whatever the key. */
const ON_HOLD = 'organization_on_hold'

/**
 * Limits of spending are told with 400 and 429 too: by a code, and in older answers by the message alone, in
 * which a request may be quoted too.
 */
const isMoney = ({ type, code = '', message = '' }: AnthropicError): boolean =>
  type === 'billing_error' ||
  /_spend_limit_reached$/.test(code) ||
  /^(Your credit balance is too low|You have reached your specified API usage limits)\b/.test(message)

/** The model, or the path; whatever else is not found is named by the request alone. */
const isAboutDeployment = ({ message = '' }: AnthropicError): boolean =>
  message === '' || /^(models?\b|not found$)/i.test(message)
