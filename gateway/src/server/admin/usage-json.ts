import { formatUsd } from '../../money/nano.ts'
import type { Spend, UsageDay, UsageSums } from '../../storage/admin.ts'
import { tokensJson } from '../tokens-json.ts'
import { dayText, encodePlace } from './usage-place.ts'

export const usageSumsJson = (sums: UsageSums) => ({
  model: sums.model === '' ? null : sums.model,
  via: sums.via,
  requests: sums.requests,
  failed: sums.failed,
  usage: tokensJson(sums.usage, sums.estimated),
  charge: formatUsd(sums.charge),
  list_charge: formatUsd(sums.listCharge),
  ...spendJson(sums.spend),
})

export const usageDayJson = (row: UsageDay) => ({
  id: encodePlace(row),
  object: 'usage',
  day: dayText(row.day),
  account: row.account,
  ...usageSumsJson(row),
})

export const spendJson = ({ cost, waste, costUnknown }: Spend) => ({
  cost: formatUsd(cost),
  waste: formatUsd(waste),
  cost_unknown_requests: costUnknown,
})
