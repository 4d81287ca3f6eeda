import type { MessageBatch, MessageBatchCounts } from './message-shapes.ts'
import { lossesOf } from './read-losses.ts'
import { fieldsOf, isFields, numberOf, textOf, unexpected } from './wire.ts'

/** Anthropic's objects name their kind. */
export const isMessageBatch = (body: unknown): boolean => isFields(body) && body.type === 'message_batch'

export const readMessageBatch = (body: unknown): MessageBatch => {
  const fields = fieldsOf(body)
  const id = textOf(fields.id)
  const status = textOf(fields.processing_status)
  if (id === null || status === null)
    throw unexpected('has a message batch without id or processing_status', body)
  return {
    id,
    processing_status: status,
    request_counts: countsOf(fields.request_counts),
    created_at: textOf(fields.created_at),
    expires_at: textOf(fields.expires_at),
    ended_at: textOf(fields.ended_at),
    cancel_initiated_at: textOf(fields.cancel_initiated_at),
    results_url: textOf(fields.results_url),
    losses: lossesOf(fields.losses),
  }
}

const countsOf = (value: unknown): MessageBatchCounts => {
  const counts = isFields(value) ? value : {}
  return {
    processing: numberOf(counts.processing) ?? 0,
    succeeded: numberOf(counts.succeeded) ?? 0,
    errored: numberOf(counts.errored) ?? 0,
    canceled: numberOf(counts.canceled) ?? 0,
    expired: numberOf(counts.expired) ?? 0,
  }
}
