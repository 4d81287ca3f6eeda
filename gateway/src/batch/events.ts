import { formatUsd, type Nano } from '../money/nano.ts'
import type { BatchCounts, BatchOutcome } from './batch-life.ts'

/** What happens to a batch that others are told of. */
export type BatchEventType = 'batch.created' | 'batch.cancelling' | `batch.${BatchOutcome}`

/** Beside the events of batches: one on request, and one about an endpoint that is not called any more. */
export type EventType = BatchEventType | 'webhook.test' | 'webhook.disabled'

export const BATCH_EVENT_TYPES: readonly BatchEventType[] = [
  'batch.created',
  'batch.cancelling',
  'batch.completed',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
]

/** What an endpoint gets that asks for nothing else: how each batch ended. */
export const END_EVENT_TYPES: readonly BatchEventType[] = [
  'batch.completed',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
]

const BATCH_PREFIX = 'batch_'

/** Each happens to a batch once, so the id needs no chance, and a repeated transaction makes the same. */
export const batchEventId = (batch: string, type: BatchEventType): string =>
  `evt_${batch.startsWith(BATCH_PREFIX) ? batch.slice(BATCH_PREFIX.length) : batch}_${type.slice('batch.'.length)}`

export interface BatchFacts {
  readonly id: string
  readonly status: string
  readonly counts: BatchCounts
  readonly charge: Nano
  readonly listCharge: Nano
}

/**
 * Member `data` of an event of a batch: its id, as OpenAI has it, and what needs no second look. Nothing of it is a
 * client's own text: an event may be on its way while its batch is deleted, and that text must leave the disk.
 */
export const batchEventData = ({ id, status, counts, charge, listCharge }: BatchFacts): string =>
  JSON.stringify({
    id,
    status,
    request_counts: {
      total: counts.total,
      completed: counts.succeeded,
      failed: counts.failed,
      expired: counts.expired,
      cancelled: counts.cancelled,
    },
    cost: {
      currency: 'USD',
      batch: formatUsd(charge),
      real_time: formatUsd(listCharge),
      saved: formatUsd(listCharge - charge),
    },
  })
