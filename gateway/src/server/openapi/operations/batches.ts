import { z } from 'zod'
import type { Operation } from '../operation.ts'
import { createHeaders, idempotencyHeaders, lossyHeaders, page } from '../schemas/common.ts'
import { deletedMessageBatch, messageBatch, messageBatchBody } from '../schemas/message-batch.ts'
import {
  batchCheck,
  deletedBatch,
  inputBody,
  nativeBatch,
  nativeCompletion,
  nativeResults,
  tasksBody,
} from '../schemas/native-batch.ts'
import {
  fileBody,
  openaiBatch,
  openaiBatches,
  openaiCompletion,
  openaiResults,
} from '../schemas/openai-batch.ts'
import { JSON_BODY_ERRORS } from './errors.ts'

/** A batch is shown in the words of the dialect in which it came. */
const batch = z.union([nativeBatch, openaiBatch, messageBatch])

const waitHeaders = z.object({
  Prefer: z
    .string()
    .optional()
    .describe('wait=N: how many seconds a running batch is waited for, up to 300; 0: not at all.'),
})

/** Why no batch is made of a body. */
const CREATE_ERRORS = [
  ...JSON_BODY_ERRORS,
  'duplicate_custom_id',
  'conflicting_fields',
  'unsupported_option',
  'empty_list',
  'unknown_task',
  'webhook_address_refused',
  'invalid_items',
  'lossy',
  'untranslatable',
  'batch_size_exceeded',
  'unsupported_body',
  'unknown_model',
  'model_not_allowed',
] as const

export const batchOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/batches',
    id: 'createBatch',
    tag: 'Batches',
    summary: 'Make a batch',
    description:
      'The body says whose dialect it is: "tasks" and "input" are native, with up to 1,000 requests; ' +
      '"input_file_id" is OpenAI\'s, "requests" is Anthropic\'s.',
    opens: 'client',
    headers: createHeaders,
    body: {
      mediaType: 'application/json',
      schema: z.union([tasksBody, inputBody, fileBody, messageBatchBody]),
    },
    answers: { 200: { description: 'The batch.', schema: batch } },
    errors: [
      ...CREATE_ERRORS,
      'model_not_priced',
      'spend_limit_reached',
      'file_not_found',
      'input_gone',
      'idempotency_key_reused',
      'invalid_header',
      'disk_full',
    ],
  },
  {
    method: 'post',
    path: '/v1/batches/check',
    id: 'checkBatch',
    tag: 'Batches',
    summary: 'What a create would be told, without making a batch',
    description:
      'A native body. It is refused as a create would be; otherwise it is told what becomes of fields that the ' +
      "model's provider has no word for.",
    opens: 'client',
    headers: z.object(lossyHeaders),
    body: { mediaType: 'application/json', schema: z.union([tasksBody, inputBody]) },
    answers: { 200: { description: 'The report.', schema: batchCheck } },
    errors: [...CREATE_ERRORS, 'invalid_header', 'disk_full'],
  },
  {
    method: 'get',
    path: '/v1/batches',
    id: 'listBatches',
    tag: 'Batches',
    summary: 'Batches of the account, the newest first',
    description: "Every batch is shown in OpenAI's words here.",
    opens: 'client',
    query: z.object(page(100, 20)),
    answers: { 200: { description: 'A page.', schema: openaiBatches } },
    errors: ['invalid_value'],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}',
    id: 'getBatch',
    tag: 'Batches',
    summary: 'Status, counts, tokens, cost, and why it waits',
    description:
      'For a native batch that runs it waits for the end, at most 20 s unless Prefer says otherwise.',
    opens: 'client',
    headers: waitHeaders,
    answers: { 200: { description: 'The batch.', schema: batch } },
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/results',
    id: 'getResults',
    tag: 'Batches',
    summary: 'What is answered so far',
    opens: 'client',
    query: z.object({
      order: z.enum(['input', 'completion']).optional(),
      cursor: z.string().optional().describe('With order=completion: next_cursor of the last answer.'),
      merged: z
        .enum(['true', 'false'])
        .optional()
        .describe('With the results of the batches that it retries.'),
    }),
    headers: waitHeaders,
    answers: {
      200: {
        description: 'Results in input order, or in order of completion.',
        schema: z.union([nativeResults, nativeCompletion, openaiResults, openaiCompletion]),
      },
    },
    errors: ['not_found', 'unknown_field', 'invalid_value', 'conflicting_fields', 'output_gone', 'not_ended'],
  },
  {
    method: 'post',
    path: '/v1/batches/{id}/cancel',
    id: 'cancelBatch',
    tag: 'Batches',
    summary: 'Stop a batch; what was finished stays',
    opens: 'client',
    answers: { 200: { description: 'The batch.', schema: batch } },
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/v1/batches/{id}/retry',
    id: 'retryBatch',
    tag: 'Batches',
    summary: 'Its failed and expired requests as a new batch',
    opens: 'client',
    headers: idempotencyHeaders,
    answers: { 200: { description: 'The new batch.', schema: batch } },
    errors: [
      'not_found',
      'not_ended',
      'nothing_to_retry',
      'input_gone',
      'unknown_model',
      'model_not_allowed',
      'model_not_priced',
      'spend_limit_reached',
      'idempotency_key_reused',
      'invalid_header',
      'disk_full',
    ],
  },
  {
    method: 'delete',
    path: '/v1/batches/{id}',
    id: 'deleteBatch',
    tag: 'Batches',
    summary: 'Delete a batch at once; its bytes follow',
    opens: 'client',
    answers: { 200: { description: 'It is gone.', schema: z.union([deletedBatch, deletedMessageBatch]) } },
    errors: ['not_found'],
  },
]
