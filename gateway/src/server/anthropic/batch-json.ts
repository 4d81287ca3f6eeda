import type { BatchView } from '../../storage/tenant.ts'
import { decodeReport } from '../../translate/check/encode-report.ts'

export type ProcessingStatus = 'in_progress' | 'canceling' | 'ended'

export const processingStatusOf = ({ outcome, state, cause }: BatchView): ProcessingStatus => {
  if (outcome !== null) return 'ended'
  return state === 'stopping' && (cause === 'cancel' || cause === 'delete') ? 'canceling' : 'in_progress'
}

interface MessageBatch extends Readonly<Record<string, unknown>> {
  readonly id: string
}

/** The object of a message batch; `publicUrl` is asked only where it has results. */
export const messageBatchJson = (batch: BatchView, publicUrl: () => string): MessageBatch => {
  const { id, outcome, cause, stoppedAt, endedAt } = batch
  const hasEnded = outcome !== null
  return {
    id,
    type: 'message_batch',
    processing_status: processingStatusOf(batch),
    request_counts: countsJson(batch),
    created_at: iso(batch.createdAt),
    expires_at: iso(batch.windowEnd),
    ended_at: endedAt === null ? null : iso(endedAt),
    // What is archived elsewhere is gone here, with its batch.
    archived_at: null,
    cancel_initiated_at: cause === 'cancel' && stoppedAt !== null ? iso(stoppedAt) : null,
    results_url: hasEnded ? `${publicUrl()}/v1/messages/batches/${id}/results` : null,
    // Ours: where nothing was lost, it is Anthropic's object to the letter.
    ...(batch.losses === null ? {} : { losses: decodeReport(batch.losses) }),
  }
}

export const deletedMessageBatchJson = (id: string) => ({ id, type: 'message_batch_deleted' })

/** Nothing is told of the others until the whole batch has ended. */
const countsJson = ({ outcome, counts }: BatchView): Readonly<Record<string, number>> => {
  const { total, succeeded, failed, expired, cancelled } = counts
  if (outcome === null) return { processing: total, succeeded: 0, errored: 0, canceled: 0, expired: 0 }
  return { processing: 0, succeeded, errored: failed, canceled: cancelled, expired }
}

// biome-ignore lint/style/noRestrictedGlobals: writes a stamp of the store's clock, reads none
const iso = (ms: number): string => new Date(ms).toISOString()
