import { z } from 'zod'
import { listOf, losses, lossyWord, metadata, trouble, unixTime } from './common.ts'
import { batchWebhook, batchWebhookBody } from './webhooks.ts'

const expiresAfter = z.strictObject({
  anchor: z.literal('created_at'),
  seconds: z.int().min(3_600).max(2_592_000),
})

export const fileBody = z
  .strictObject({
    input_file_id: z.string(),
    endpoint: z.enum(['/v1/chat/completions', '/v1/embeddings', '/v1/completions', '/v1/responses']),
    completion_window: z.literal('24h'),
    metadata: metadata.nullable().optional(),
    output_expires_after: expiresAfter.nullable().optional(),
    webhook: batchWebhookBody,
    lossy: lossyWord.nullish(),
  })
  .meta({ id: 'FileBatchBody', description: "OpenAI's: a batch of an uploaded file." })

const status = z.enum([
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
])

const lineFault = z.strictObject({
  code: z.string(),
  line: z.int().nullable(),
  message: z.string(),
  param: z.string().nullable(),
})

export const openaiBatch = z
  .strictObject({
    id: z.string(),
    object: z.literal('batch'),
    endpoint: z.string(),
    model: z.string().nullable(),
    errors: z.strictObject({ object: z.literal('list'), data: z.array(lineFault) }).nullable(),
    input_file_id: z.string().nullable(),
    completion_window: z.literal('24h'),
    status,
    output_file_id: z.string().nullable(),
    error_file_id: z.string().nullable(),
    created_at: unixTime,
    in_progress_at: unixTime.nullable(),
    expires_at: unixTime,
    finalizing_at: unixTime.nullable(),
    completed_at: unixTime.nullable(),
    failed_at: unixTime.nullable(),
    expired_at: unixTime.nullable(),
    cancelling_at: unixTime.nullable(),
    cancelled_at: unixTime.nullable(),
    request_counts: z.strictObject({ total: z.int(), completed: z.int(), failed: z.int() }),
    usage: z.strictObject({
      input_tokens: z.int(),
      input_tokens_details: z.strictObject({ cached_tokens: z.int() }),
      output_tokens: z.int(),
      output_tokens_details: z.strictObject({ reasoning_tokens: z.int() }),
      total_tokens: z.int(),
    }),
    metadata: metadata.nullable(),
    losses,
    retry_of: z.string().nullable(),
    webhook: batchWebhook,
    waiting: trouble.nullable(),
  })
  .meta({ id: 'OpenAIBatch' })

/** A list shows every batch in these words, also native ones, which have no input file. */
export const openaiBatches = listOf(openaiBatch)

/** A line of an output or error file. */
const line = z
  .strictObject({
    id: z.string(),
    custom_id: z.string(),
    response: z
      .strictObject({
        status_code: z.int(),
        request_id: z.string(),
        body: z.looseObject({}).describe("The provider's own."),
      })
      .nullable(),
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: 'OutputLine' })

const head = {
  batch_id: z.string(),
  status,
  counts: z.strictObject({
    total: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    expired: z.int(),
    cancelled: z.int(),
  }),
}

export const openaiResults = z
  .strictObject({ ...head, data: z.array(line).optional(), results: z.array(line), error: z.null() })
  .meta({ id: 'OpenAIResults' })

export const openaiCompletion = z
  .strictObject({ ...head, results: z.array(line), next_cursor: z.string(), has_more: z.boolean() })
  .meta({ id: 'OpenAIResultsInOrderOfCompletion' })
