import { z } from 'zod'
import type { Operation } from '../operation.ts'
import { anthropicPage, anthropicVersion, createHeaders } from '../schemas/common.ts'
import {
  deletedMessageBatch,
  messageBatch,
  messageBatchBody,
  messageBatches,
} from '../schemas/message-batch.ts'
import { JSON_BODY_ERRORS } from './errors.ts'

const jsonl = { description: 'One line for each request.', mediaType: 'application/x-jsonl' }

/** Batches as Anthropic's clients call them. */
export const messageBatchOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/messages/batches',
    id: 'createMessageBatch',
    tag: 'Batches',
    summary: 'Make a batch of messages, with up to 100,000 requests in one body',
    opens: 'client',
    headers: createHeaders.extend({ 'anthropic-version': anthropicVersion }),
    body: { mediaType: 'application/json', schema: messageBatchBody },
    answers: { 200: { description: 'The batch.', schema: messageBatch } },
    errors: [
      ...JSON_BODY_ERRORS,
      'empty_list',
      'invalid_items',
      'lossy',
      'untranslatable',
      'batch_size_exceeded',
      'webhook_address_refused',
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
    method: 'get',
    path: '/v1/messages/batches',
    id: 'listMessageBatches',
    tag: 'Batches',
    summary: 'Batches of messages, the newest first',
    description: 'Those alone that were made as batches of messages.',
    opens: 'client',
    query: z.object(anthropicPage),
    answers: { 200: { description: 'A page.', schema: messageBatches } },
    errors: ['invalid_value', 'bad_request'],
  },
  {
    method: 'get',
    path: '/v1/messages/batches/{id}',
    id: 'getMessageBatch',
    tag: 'Batches',
    summary: 'Status and counts',
    opens: 'client',
    answers: { 200: { description: 'The batch.', schema: messageBatch } },
    errors: ['not_found'],
  },
  {
    method: 'post',
    path: '/v1/messages/batches/{id}/cancel',
    id: 'cancelMessageBatch',
    tag: 'Batches',
    summary: 'Stop a batch; what was finished stays',
    opens: 'client',
    answers: { 200: { description: 'The batch.', schema: messageBatch } },
    errors: ['not_found'],
  },
  {
    method: 'delete',
    path: '/v1/messages/batches/{id}',
    id: 'deleteMessageBatch',
    tag: 'Batches',
    summary: 'Delete a batch that has ended; its bytes follow',
    opens: 'client',
    answers: { 200: { description: 'It is gone.', schema: deletedMessageBatch } },
    errors: ['not_found', 'not_ended'],
  },
  {
    method: 'get',
    path: '/v1/messages/batches/{id}/results',
    id: 'getMessageBatchResults',
    tag: 'Batches',
    summary: 'The results of a batch that has ended',
    opens: 'client',
    headers: z.object({ Range: z.string().optional().describe('bytes=FROM-TO') }),
    answers: { 200: jsonl, 206: { ...jsonl, description: 'The part that was asked for.' } },
    errors: ['not_found', 'not_ended', 'range_not_satisfiable'],
  },
]
