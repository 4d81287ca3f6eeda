import { formatUsd } from '../../money/nano.ts'
import type { AccountDetail, AccountView } from '../../storage/admin.ts'
import { iso } from './json.ts'
import { usageSumsJson } from './usage-json.ts'

export const accountJson = (account: AccountView) => ({
  id: account.id,
  object: 'account',
  name: account.name,
  created_at: iso(account.createdAt),
  keys: account.keys,
  running_batches: account.runningBatches,
})

export const accountDetailJson = (account: AccountDetail) => ({
  ...accountJson(account),
  balance: { currency: 'USD', available: formatUsd(account.available), held: formatUsd(account.held) },
  usage: { today: account.today.map(usageSumsJson), month: account.month.map(usageSumsJson) },
})
