import { z } from 'zod'
import { anthropicPageOf, losses, lossyWord, time } from './common.ts'
import { batchWebhookBody } from './webhooks.ts'

const request = z
  .strictObject({
    custom_id: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
    params: z
      .looseObject({ model: z.string() })
      .describe('A body of /v1/messages. What is wrong in it fails this request alone.'),
  })
  .meta({ id: 'MessageRequest' })

export const messageBatchBody = z
  .strictObject({
    requests: z.array(request).min(1).max(100_000),
    webhook: batchWebhookBody,
    lossy: lossyWord.nullish(),
  })
  .meta({ id: 'MessageBatchBody', description: "Anthropic's: all requests in one document." })

export const messageBatch = z
  .strictObject({
    id: z.string(),
    type: z.literal('message_batch'),
    processing_status: z.enum(['in_progress', 'canceling', 'ended']),
    request_counts: z
      .strictObject({
        processing: z.int(),
        succeeded: z.int(),
        errored: z.int(),
        canceled: z.int(),
        expired: z.int(),
      })
      .describe('Until the batch has ended all are in processing.'),
    created_at: time,
    expires_at: time,
    ended_at: time.nullable(),
    archived_at: z.null(),
    cancel_initiated_at: time.nullable(),
    losses: losses.optional(),
    results_url: z.url().nullable().describe('Where its results are, once it has ended.'),
  })
  .meta({ id: 'MessageBatch', description: "A batch in Anthropic's words." })

export const messageBatches = anthropicPageOf(messageBatch).meta({ id: 'MessageBatchPage' })

export const deletedMessageBatch = z
  .strictObject({ id: z.string(), type: z.literal('message_batch_deleted') })
  .meta({ id: 'DeletedMessageBatch' })
