import type { Maker } from '../maker.ts'
import type { ProviderError } from '../provider-error.ts'
import { badKey, invalidRequest, overloaded } from './errors.ts'

export const refusals: Maker['refusals'] = {
  rate_limit({ retryAfterSeconds: seconds = 1 }) {
    const error = rateLimited("This request would exceed your organization's rate limit.")
    return seconds === 0 ? error : { ...error, retryAfterSeconds: seconds }
  },
  server_error: () => failed(500, 'Internal server error'),
  unavailable: () => failed(503, 'Service unavailable'),
  overloaded,
  gateway_timeout: () => ({ status: 504, type: 'timeout_error', message: 'Request timed out' }),
  key_revoked: badKey,
  permission_denied: () => ({
    status: 403,
    type: 'permission_error',
    message: 'Your API key does not have permission to use the specified resource.',
  }),
  payment_required: () => ({
    status: 402,
    type: 'billing_error',
    message:
      'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  }),
  quota_exceeded: () => ({
    ...rateLimited('You have reached the monthly spend limit of your contract.'),
    details: { error_code: 'contract_spend_limit_reached' },
  }),
  spend_limit: () => ({
    ...invalidRequest('You have reached your specified API usage limits.'),
    details: { error_code: 'enforced_spend_limit_reached' },
  }),
}

const rateLimited = (message: string): ProviderError => ({ status: 429, type: 'rate_limit_error', message })

const failed = (status: number, message: string): ProviderError => ({ status, type: 'api_error', message })
