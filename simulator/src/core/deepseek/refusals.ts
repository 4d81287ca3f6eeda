import type { Maker } from '../maker.ts'
import { badKey, forbidden, gatewayTimeout, limitReached, noBalance, serverError, tooBusy } from './errors.ts'

export const refusals: Maker['refusals'] = {
  rate_limit: limitReached,
  server_error: serverError,
  unavailable: tooBusy,
  overloaded: tooBusy,
  gateway_timeout: gatewayTimeout,
  permission_denied: forbidden,
  spend_limit: noBalance,
  key_revoked: (_, key) => badKey(key),
  payment_required: noBalance,
  quota_exceeded: noBalance,
}
