import { outputFileId } from '../../batch/output-file.ts'
import type { Trouble } from '../../batch/trouble.ts'
import type { BatchView } from '../../storage/tenant.ts'
import { decodeReport } from '../../translate/check/encode-report.ts'
import { batchWebhookJson } from '../webhooks/webhook-json.ts'
import { seconds, secondsOrNull } from './file-json.ts'

export type OpenaiStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled'

export const openaiStatusOf = ({ outcome, state, cause, answeredAt }: BatchView): OpenaiStatus => {
  if (outcome !== null) return outcome
  if (state === 'stopping' && cause === 'cancel') return 'cancelling'
  return answeredAt === null ? 'in_progress' : 'finalizing'
}

/** The batch object; members behind `metadata` are ours. */
export const openaiBatchJson = (
  batch: BatchView,
  why: (model: string) => Trouble | undefined,
): Readonly<Record<string, unknown>> => ({
  ...commonJson(batch),
  ...(batch.errors === null ? ranJson(batch) : refusedJson(batch, batch.errors)),
  metadata: JSON.parse(batch.metadata),
  losses: decodeReport(batch.losses),
  retry_of: batch.retryOf,
  webhook: batchWebhookJson(batch.webhook),
  waiting: waitingOf(batch, why),
})

/** What the answer to a create says: the file was checked when it came, and nothing has run yet. */
export const validatingJson = (batch: BatchView): Readonly<Record<string, unknown>> => ({
  ...commonJson(batch),
  ...NOTHING_YET,
  status: 'validating',
  metadata: JSON.parse(batch.metadata),
  losses: decodeReport(batch.losses),
  retry_of: batch.retryOf,
  webhook: batchWebhookJson(batch.webhook),
  waiting: null,
})

const commonJson = (batch: BatchView) => ({
  id: batch.id,
  object: 'batch',
  endpoint: batch.endpoint,
  model: batch.model === '' ? null : batch.model,
  errors: null,
  input_file_id: batch.file,
  completion_window: '24h',
  status: openaiStatusOf(batch),
  output_file_id: null,
  error_file_id: null,
  created_at: seconds(batch.createdAt),
  in_progress_at: null,
  expires_at: seconds(batch.windowEnd),
  finalizing_at: null,
  completed_at: null,
  failed_at: null,
  expired_at: null,
  cancelling_at: null,
  cancelled_at: null,
})

const NOTHING_YET = {
  request_counts: { total: 0, completed: 0, failed: 0 },
  usage: usageJson({
    promptTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    completionTokens: 0,
    reasoningTokens: 0,
  }),
}

const refusedJson = (batch: BatchView, errors: string) => ({
  ...NOTHING_YET,
  errors: { object: 'list', data: JSON.parse(errors) },
  failed_at: secondsOrNull(batch.endedAt),
})

const ranJson = (batch: BatchView) => {
  const { counts, outcome } = batch
  const isApart = batch.layout === 'apart' && outcome !== null
  const endedAt = secondsOrNull(batch.endedAt)
  const wasCancelled = batch.cause === 'cancel' || batch.cause === 'delete'
  return {
    output_file_id: isApart && counts.succeeded > 0 ? outputFileId(batch.id, 'output') : null,
    error_file_id: isApart && counts.succeeded < counts.total ? outputFileId(batch.id, 'error') : null,
    in_progress_at: seconds(batch.createdAt),
    // One that was stopped goes straight to its end.
    finalizing_at: outcome === 'completed' || outcome === null ? secondsOrNull(batch.answeredAt) : null,
    completed_at: outcome === 'completed' ? endedAt : null,
    failed_at: outcome === 'failed' ? endedAt : null,
    expired_at: outcome === 'expired' ? endedAt : null,
    cancelling_at: wasCancelled ? secondsOrNull(batch.stoppedAt) : null,
    cancelled_at: outcome === 'cancelled' ? endedAt : null,
    request_counts: { total: counts.total, completed: counts.succeeded, failed: counts.failed },
    usage: usageJson(batch.usage),
  }
}

function usageJson(usage: BatchView['usage']) {
  return {
    input_tokens: usage.promptTokens,
    input_tokens_details: { cached_tokens: usage.cachedTokens },
    output_tokens: usage.completionTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.promptTokens + usage.completionTokens,
  }
}

/** Why some of its requests do not move at the moment. */
const waitingOf = (
  batch: BatchView,
  why: (model: string) => Trouble | undefined,
): { code: string; message: string } | null => {
  if (batch.outcome !== null) return null
  for (const model of batch.models) {
    const trouble = why(model)
    if (trouble) return { code: trouble.code, message: trouble.message }
  }
  return null
}
