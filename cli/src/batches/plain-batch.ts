import type { AnyBatch, Batch, BatchCounts, MessageBatch } from '@sheepfold/client'
import { toBatch } from '../run/api/openai-batch.ts'

/** A batch of any dialect in the words of the native one, from which progress and exit codes are told. */
export const plainBatch = (any: AnyBatch): Batch => {
  switch (any.dialect) {
    case 'native':
      return any.batch
    case 'openai':
      return toBatch(any.batch)
    case 'anthropic':
      return ofMessages(any.batch)
  }
}

/** How each request ended is told by the counts alone: Anthropic's have no other word for the end. */
const ofMessages = (batch: MessageBatch): Batch => {
  const hasEnded = batch.processing_status === 'ended'
  return {
    batch_id: batch.id,
    status: hasEnded ? 'completed' : 'in_progress',
    progress: hasEnded ? 100 : 0,
    error: null,
    counts: messageCounts(batch),
    usage: null,
    cost: null,
    created_at: batch.created_at,
    ended_at: batch.ended_at,
    latency: null,
    waiting: null,
    losses: batch.losses,
  }
}

export const messageCounts = ({ request_counts }: MessageBatch): BatchCounts => {
  const { processing, succeeded, errored, canceled, expired } = request_counts
  return {
    total: processing + succeeded + errored + canceled + expired,
    succeeded,
    failed: errored,
    expired,
    cancelled: canceled,
  }
}
