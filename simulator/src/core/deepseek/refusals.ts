import type { Maker } from '../maker.ts'
import { badKey, limitReached, noBalance, serverError, tooBusy } from './errors.ts'

export const refusals: Maker['refusals'] = {
  rate_limit: limitReached,
  server_error: serverError,
  unavailable: tooBusy,
  overloaded: tooBusy,
  key_revoked: (_, key) => badKey(key),
  payment_required: noBalance,
  quota_exceeded: noBalance,
}
