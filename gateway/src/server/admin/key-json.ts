import { formatUsd } from '../../money/nano.ts'
import type { KeySpent } from '../../storage/admin.ts'
import type { ApiKey } from '../../storage/operator.ts'
import { iso, isoOrNull } from './json.ts'

export const keyJson = (key: ApiKey) => ({
  id: key.id,
  object: 'key',
  name: key.name,
  role: key.role,
  account: key.role === 'operator' ? null : key.account,
  hint: key.hint,
  state: stateOf(key),
  models: key.models,
  requests_per_minute: key.limits.requestsPerMinute,
  tokens_per_minute: key.limits.tokensPerMinute,
  spend_limit: key.limits.spend === null ? null : formatUsd(key.limits.spend),
  created_at: iso(key.createdAt),
  expires_at: isoOrNull(key.expiresAt),
  revoked_at: isoOrNull(key.revokedAt),
})

export const spentJson = ({ realTime, batches, held, total }: KeySpent) => ({
  currency: 'USD',
  real_time: formatUsd(realTime),
  batches: formatUsd(batches),
  held: formatUsd(held),
  total: formatUsd(total),
})

const stateOf = (key: ApiKey): 'good' | 'revoked' | 'expired' => {
  if (key.revokedAt !== null) return 'revoked'
  return key.usable ? 'good' : 'expired'
}
