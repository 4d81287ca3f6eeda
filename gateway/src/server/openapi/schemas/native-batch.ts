import { z } from 'zod'
import { losses, lossyWord, metadata, time, trouble, usd } from './common.ts'
import { batchWebhook, batchWebhookBody } from './webhooks.ts'

const options = z
  .strictObject({
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    max_tokens: z.int().min(1).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    stop: z.union([z.string(), z.array(z.string()).min(1).max(4)]).nullish(),
    presence_penalty: z.number().min(-2).max(2).nullish(),
    frequency_penalty: z.number().min(-2).max(2).nullish(),
    seed: z.int().nullish(),
    response_format: z.looseObject({ type: z.enum(['text', 'json_object', 'json_schema']) }).nullish(),
    reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish(),
    logit_bias: z.record(z.string(), z.number().min(-100).max(100)).nullish(),
    logprobs: z.boolean().nullish(),
    top_logprobs: z.int().min(0).max(20).nullish(),
    user: z.string().nullish(),
    verbosity: z.enum(['low', 'medium', 'high']).nullish(),
    tools: z
      .array(z.looseObject({ type: z.literal('function') }))
      .min(1)
      .max(128)
      .nullish(),
    tool_choice: z
      .union([z.enum(['none', 'auto', 'required']), z.looseObject({ type: z.literal('function') })])
      .nullish(),
    parallel_tool_calls: z.boolean().nullish(),
    n: z.literal(1).nullish(),
    stream: z.literal(false).nullish(),
  })
  .meta({ id: 'Options', description: 'Sampling parameters, for all requests or for one.' })

const content = z.union([
  z.string(),
  z.array(z.looseObject({ type: z.enum(['text', 'image_url', 'input_audio', 'file']) })).min(1),
])

const task = z
  .strictObject({
    custom_id: z.string().optional(),
    id: z.string().optional().describe('Another word for custom_id.'),
    prompt: content,
    system: z.string().optional(),
    options: options.optional(),
  })
  .meta({ id: 'Task' })

const inputItem = z
  .strictObject({
    role: z.literal('user'),
    content: z.union([
      content,
      z.strictObject({ id: z.string().optional(), custom_id: z.string().optional(), content }),
    ]),
    custom_id: z.string().optional(),
    id: z.string().optional(),
  })
  .meta({ id: 'InputItem' })

const envelope = {
  model: z.string(),
  task: z.string().optional().describe('A preset of the installation.'),
  system: z.string().optional(),
  options: options.optional(),
  metadata: metadata.optional(),
  window_seconds: z.int().optional().describe('How long the batch may take; 24 hours at most.'),
  completion_window: z.string().optional().describe('The same as a text: "24h".'),
  webhook: batchWebhookBody,
  lossy: lossyWord.nullish(),
}

export const tasksBody = z
  .strictObject({ ...envelope, tasks: z.array(task).min(1).max(1_000) })
  .meta({ id: 'TasksBody', description: 'A list of prompts.' })

export const inputBody = z
  .strictObject({ ...envelope, input: z.array(inputItem).min(1).max(1_000) })
  .meta({ id: 'InputBody', description: 'A list of messages, each of which is a request of its own.' })

const status = z.enum(['in_progress', 'completed', 'failed'])

const counts = z
  .strictObject({
    total: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    expired: z.int(),
    cancelled: z.int(),
  })
  .meta({ id: 'Counts' })

const batchError = z.strictObject({
  error: z.enum(['timeout', 'cancelled', 'budget_exceeded']),
  message: z.string(),
})

export const nativeBatch = z
  .strictObject({
    batch_id: z.string(),
    id: z.string(),
    object: z.literal('batch'),
    status,
    progress: z.int().min(0).max(100),
    error: batchError.nullable(),
    model: z.string(),
    task: z.string().nullable(),
    metadata,
    counts,
    usage: z.strictObject({
      prompt_tokens: z.int(),
      completion_tokens: z.int(),
      total_tokens: z.int(),
      cached_tokens: z.int(),
      reasoning_tokens: z.int(),
      estimated_requests: z.int(),
    }),
    cost: z.strictObject({
      currency: z.literal('USD'),
      batch: usd,
      real_time: usd,
      saved: usd,
      saved_percent: z.number().nullable(),
    }),
    latency: z.strictObject({ mean_ms: z.int(), p99_ms: z.int() }).nullable(),
    waiting: trouble.nullable(),
    losses,
    retry_of: z.string().nullable(),
    webhook: batchWebhook,
    created_at: time,
    window_ends_at: time,
    ended_at: time.nullable(),
    expires_at: time.nullable(),
  })
  .meta({ id: 'Batch' })

export const batchCheck = z
  .strictObject({
    object: z.literal('batch.check'),
    model: z.string(),
    requests: z.int(),
    accepted: z.boolean().describe('Whether a create would be taken as it is.'),
    losses,
  })
  .meta({ id: 'BatchCheck' })

const result = z
  .strictObject({
    custom_id: z.string(),
    index: z.int(),
    status: z.enum(['succeeded', 'failed', 'expired', 'cancelled']),
    output: z.string().nullable(),
    model: z.string(),
    finish_reason: z.string().nullable(),
    usage: z
      .strictObject({
        prompt_tokens: z.int(),
        completion_tokens: z.int(),
        total_tokens: z.int(),
        cached_tokens: z.int(),
      })
      .nullable(),
    cost: usd,
    error: z
      .strictObject({
        code: z.string(),
        message: z.string(),
        status: z.int().optional(),
        provider_error: z.string().optional(),
      })
      .nullable(),
  })
  .meta({ id: 'Result' })

export const nativeResults = z
  .strictObject({
    batch_id: z.string(),
    status,
    counts,
    data: z
      .array(result)
      .optional()
      .describe('The same as results; left out where the caller prefers return=minimal.'),
    results: z.array(result).describe('Answers so far, in input order.'),
    error: batchError.nullable(),
  })
  .meta({ id: 'Results' })

export const nativeCompletion = z
  .strictObject({
    batch_id: z.string(),
    status,
    counts,
    results: z.array(result),
    next_cursor: z.string(),
    has_more: z.boolean(),
  })
  .meta({ id: 'ResultsInOrderOfCompletion' })

export const deletedBatch = z.strictObject({
  batch_id: z.string(),
  id: z.string(),
  object: z.literal('batch'),
  deleted: z.literal(true),
})
