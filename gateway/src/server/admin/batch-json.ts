import type { Trouble } from '../../batch/trouble.ts'
import { formatUsd } from '../../money/nano.ts'
import type { AdminBatch, AdminBatchDetail } from '../../storage/admin.ts'
import { decodeReport } from '../../translate/check/encode-report.ts'
import type { ReportedLoss } from '../../translate/check/loss-report.ts'
import { tokensJson } from '../tokens-json.ts'
import { iso, isoOrNull } from './json.ts'
import { spendJson } from './usage-json.ts'

type Why = (model: string) => Trouble | undefined

/** Whose batch it is and what it cost, but nothing of what is in it. */
export const adminBatchJson = (batch: AdminBatch, why: Why) => ({
  id: batch.id,
  object: 'batch',
  account: batch.account,
  key: batch.apiKey,
  dialect: batch.dialect,
  endpoint: batch.endpoint,
  models: batch.models,
  state: batch.state,
  cause: batch.cause,
  outcome: batch.outcome,
  waiting: batch.outcome === null ? waitingOf(batch, why) : null,
  counts: batch.counts,
  shards: batch.shards,
  usage: tokensJson(batch.usage, batch.estimated),
  charge: formatUsd(batch.charge),
  list_charge: formatUsd(batch.listCharge),
  ...spendJson(batch.spend),
  losses: decodeReport(batch.losses).map(withoutWords),
  retry_of: batch.retryOf,
  created_at: iso(batch.createdAt),
  window_ends_at: iso(batch.windowEnd),
  ended_at: isoOrNull(batch.endedAt),
  expires_at: isoOrNull(batch.expiresAt),
  deleted_at: isoOrNull(batch.deletedAt),
})

export const adminBatchDetailJson = (batch: AdminBatchDetail, why: Why) => ({
  ...adminBatchJson(batch, why),
  held: formatUsd(batch.outcome === null ? batch.hold : 0n),
  latency: batch.latency && {
    mean_ms: Math.round(batch.latency.meanMs),
    p99_ms: Math.round(batch.latency.p99Ms),
  },
  shards_by_state: batch.shardsByState,
})

export const wasteJson = (batch: AdminBatch) => ({
  id: batch.id,
  object: 'waste',
  account: batch.account,
  ...spendJson(batch.spend),
})

/** What clients wrote is theirs. */
const withoutWords = ({ model, endpoint, field, action, requests }: ReportedLoss) => ({
  model,
  endpoint,
  field,
  action,
  requests,
})

const waitingOf = ({ models }: AdminBatch, why: Why): Trouble | null => {
  for (const model of models) {
    const trouble = why(model)
    if (trouble) return { code: trouble.code, message: trouble.message }
  }
  return null
}
