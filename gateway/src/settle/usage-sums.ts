import { NO_USAGE, type Usage } from '../money/usage.ts'
import type { UsageRow } from '../storage/usage.ts'
import type { UsageEntry } from './usage-entry.ts'

/** The row of calls like this one, before any is added. */
export const rowOf = ({ account, apiKey, model, tier }: UsageEntry): UsageRow => ({
  account,
  apiKey,
  model,
  tier,
  calls: 0,
  failed: 0,
  usage: NO_USAGE,
  estimated: 0,
  costUnknown: 0,
  charge: 0n,
  listCharge: 0n,
  cost: 0n,
  waste: 0n,
})

export const withEntry = (row: UsageRow, entry: UsageEntry): UsageRow => ({
  ...row,
  calls: row.calls + 1,
  failed: row.failed + (entry.failed ? 1 : 0),
  usage: sumOf(row.usage, entry.usage),
  estimated: row.estimated + (entry.estimated ? 1 : 0),
  costUnknown: row.costUnknown + (entry.costUnknown ? 1 : 0),
  charge: row.charge + entry.charge,
  listCharge: row.listCharge + entry.listCharge,
  cost: row.cost + entry.cost,
  waste: row.waste + entry.waste,
})

const sumOf = (left: Usage, right: Usage): Usage => ({
  promptTokens: left.promptTokens + right.promptTokens,
  cachedTokens: left.cachedTokens + right.cachedTokens,
  cacheWriteTokens: left.cacheWriteTokens + right.cacheWriteTokens,
  completionTokens: left.completionTokens + right.completionTokens,
  reasoningTokens: left.reasoningTokens + right.reasoningTokens,
})
