import type { GuardedOutcome } from '../../outbound/guarded-call.ts'
import type { DeliveryAttempt } from '../../storage/webhooks.ts'

/** What an attempt came to, before it is known when the next one is. */
export interface Verdict {
  readonly kind: 'delivered' | 'failed' | 'gone'
  readonly status: DeliveryAttempt['status']
  readonly error: DeliveryAttempt['error']
}

const GONE = 410

/** Any 2xx is a delivery; what the answer says beyond is nobody's business. */
export const verdictOf = (outcome: GuardedOutcome): Verdict => {
  if (outcome.kind !== 'answered') return { kind: 'failed', status: null, error: outcome.message }
  const { status } = outcome
  if (status >= 200 && status < 300) return { kind: 'delivered', status, error: null }
  return { kind: status === GONE ? 'gone' : 'failed', status, error: `it answered ${status}` }
}
