import type { Trouble } from '../../batch/trouble.ts'
import { formatUsd, type Nano } from '../../money/nano.ts'
import type { BatchView } from '../../storage/tenant.ts'
import { decodeReport } from '../../translate/check/encode-report.ts'
import type { ReportedLoss } from '../../translate/check/loss-report.ts'
import { tokensJson } from '../tokens-json.ts'
import { batchWebhookJson } from '../webhooks/webhook-json.ts'

/** The three statuses that clients know: one of them spins on a fourth. */
export type NativeStatus = 'in_progress' | 'completed' | 'failed'

export const nativeStatusOf = ({ outcome }: BatchView): NativeStatus => {
  if (outcome === null) return 'in_progress'
  return outcome === 'completed' ? 'completed' : 'failed'
}

/** Why an ended batch is `failed`; null otherwise. */
export const errorOf = ({ outcome }: BatchView): { error: string; message: string } | null => {
  switch (outcome) {
    case null:
    case 'completed':
      return null
    case 'expired':
      // To the letter: clients compare with both.
      return { error: 'timeout', message: 'Batch exceeded maximum processing time' }
    case 'cancelled':
      return {
        error: 'cancelled',
        message: 'The batch was cancelled; what was finished before is in its results.',
      }
    case 'failed':
      return { error: 'budget_exceeded', message: 'The budget of the batch was used up.' }
  }
}

export interface NativeBatch {
  readonly batch_id: string
  readonly id: string
  readonly object: 'batch'
  readonly status: NativeStatus
  readonly progress: number
  readonly error: { error: string; message: string } | null
  readonly model: string
  readonly task: string | null
  readonly metadata: unknown
  readonly counts: BatchView['counts']
  readonly usage: Readonly<Record<string, number>>
  readonly cost: Readonly<Record<string, string | number | null>>
  readonly latency: { readonly mean_ms: number; readonly p99_ms: number } | null
  readonly waiting: Trouble | null
  readonly losses: readonly ReportedLoss[]
  readonly retry_of: string | null
  readonly webhook: unknown
  readonly created_at: string
  readonly window_ends_at: string
  readonly ended_at: string | null
  readonly expires_at: string | null
}

/** What GET shows; `why` is asked only for a batch that still runs. */
export const nativeBatchJson = (
  batch: BatchView,
  why: (model: string) => Trouble | undefined,
): NativeBatch => ({
  batch_id: batch.id,
  id: batch.id,
  object: 'batch',
  status: nativeStatusOf(batch),
  progress: progressOf(batch),
  error: errorOf(batch),
  model: batch.model,
  task: batch.task,
  metadata: JSON.parse(batch.metadata),
  counts: batch.counts,
  usage: tokensJson(batch.usage, batch.estimated),
  cost: costJson(batch.charge, batch.listCharge),
  latency: latencyJson(batch.latency),
  waiting: batch.outcome === null ? waitingOf(batch.model, why) : null,
  losses: decodeReport(batch.losses),
  retry_of: batch.retryOf,
  webhook: batchWebhookJson(batch.webhook),
  created_at: iso(batch.createdAt),
  window_ends_at: iso(batch.windowEnd),
  ended_at: batch.endedAt === null ? null : iso(batch.endedAt),
  expires_at: batch.expiresAt === null ? null : iso(batch.expiresAt),
})

const waitingOf = (model: string, why: (model: string) => Trouble | undefined): Trouble | null => {
  const trouble = why(model)
  return trouble === undefined ? null : { code: trouble.code, message: trouble.message }
}

/** A whole percentage: 100 only when the batch has ended. */
const progressOf = ({ outcome, counts }: BatchView): number => {
  if (outcome !== null) return 100
  const answered = counts.succeeded + counts.failed + counts.expired + counts.cancelled
  return Math.min(99, Math.floor((answered / counts.total) * 100))
}

const costJson = (charge: Nano, listCharge: Nano): NativeBatch['cost'] => ({
  currency: 'USD',
  batch: formatUsd(charge),
  real_time: formatUsd(listCharge),
  saved: formatUsd(listCharge - charge),
  // In tenths of a percent, from integers: money is never a float.
  saved_percent: listCharge === 0n ? null : Number(((listCharge - charge) * 1_000n) / listCharge) / 10,
})

const latencyJson = (latency: BatchView['latency']): NativeBatch['latency'] =>
  latency && { mean_ms: Math.round(latency.meanMs), p99_ms: Math.round(latency.p99Ms) }

// biome-ignore lint/style/noRestrictedGlobals: writes a stamp of the store's clock, reads none
const iso = (ms: number): string => new Date(ms).toISOString()
