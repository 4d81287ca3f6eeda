import type { Maker } from '../maker.ts'
import type { Fault } from '../options.ts'
import type { ProviderError } from '../provider-error.ts'
import { badKey, failed } from './errors.ts'

export const refusals: Maker['refusals'] = {
  rate_limit: (fault) => storm(fault),
  server_error: failed,
  unavailable: () => serverError(503, 'The server is currently unavailable. Please try again later.'),
  overloaded: () => ({ ...serverError(529, 'Overloaded'), type: 'overloaded_error' }),
  gateway_timeout: () => serverError(504, 'The server did not answer in time. Please try again later.'),
  key_revoked: (_, key) => badKey(key),
  permission_denied: () => ({
    status: 403,
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
    message: 'Country, region, or territory not supported',
  }),
  payment_required: () => quotaUsedUp(402),
  quota_exceeded: () => quotaUsedUp(429),
  spend_limit: () => ({
    status: 400,
    type: 'billing_limit_user_error',
    code: 'billing_hard_limit_reached',
    message: 'Billing hard limit has been reached.',
  }),
}

const serverError = (status: number, message: string): ProviderError => ({
  status,
  type: 'server_error',
  message,
})

const quotaUsedUp = (status: number): ProviderError => ({
  status,
  type: 'insufficient_quota',
  code: 'insufficient_quota',
  message:
    'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
})

const storm = (fault: Fault): ProviderError => {
  const seconds = fault.retryAfterSeconds ?? 1
  const common = { status: 429, type: 'requests', code: 'rate_limit_exceeded' }
  return seconds === 0
    ? { ...common, message: 'Rate limit reached. Please try again later.' }
    : {
        ...common,
        message: `Rate limit reached. Please try again in ${seconds}s.`,
        retryAfterSeconds: seconds,
      }
}
