import type { Maker } from '../maker.ts'
import type { ProviderError } from '../provider-error.ts'
import { badKey, exhausted, failed, overLimit } from './errors.ts'

/** Gemini has no 402 and no 529: it says what they mean with statuses of its own. */
export const refusals: Maker['refusals'] = {
  rate_limit: ({ retryAfterSeconds = 1 }) =>
    retryAfterSeconds === 0
      ? exhausted('Resource has been exhausted (e.g. check quota).')
      : overLimit('generate_content_paid_tier_requests', retryAfterSeconds),
  server_error: failed,
  unavailable: () => unavailable('The service is currently unavailable.'),
  overloaded: () => unavailable('The model is overloaded. Please try again later.'),
  gateway_timeout: () => ({
    status: 504,
    type: 'DEADLINE_EXCEEDED',
    message: 'The request timed out. Please try again.',
  }),
  key_revoked: badKey,
  permission_denied: () => ({
    status: 403,
    type: 'PERMISSION_DENIED',
    message: 'The caller does not have permission',
  }),
  payment_required: () => ({
    status: 400,
    type: 'FAILED_PRECONDITION',
    message:
      'Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio.',
  }),
  quota_exceeded: () =>
    exhausted(
      'Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project and billing.',
    ),
  spend_limit: () =>
    exhausted(
      'Your project has exceeded its monthly spending cap. Please go to AI Studio at https://ai.studio/spend to manage your project spend cap.',
    ),
}

const unavailable = (message: string): ProviderError => ({ status: 503, type: 'UNAVAILABLE', message })
