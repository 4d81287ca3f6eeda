import { z } from 'zod'
import type { Operation } from '../operation.ts'
import {
  chatAnswer,
  chatBody,
  embeddingAnswer,
  embeddingBody,
  responseAnswer,
  responseBody,
  textAnswer,
  textBody,
} from '../schemas/calls.ts'
import { lossyHeaders } from '../schemas/common.ts'

const headers = z.object({
  ...lossyHeaders,
  'Sheepfold-Service-Tier': z
    .enum(['default', 'flex'])
    .optional()
    .describe(
      'flex: its turn comes among the batches, at their price; for clients that cannot say it in the body.',
    ),
})

const operation = (
  path: string,
  { id, summary, body, answer }: { id: string; summary: string; body: z.ZodType; answer: z.ZodType },
): Operation => ({
  method: 'post',
  path,
  id,
  tag: 'Calls',
  summary,
  description:
    "The provider's answer in its own bytes, its errors with their status, and a stream as it arrives. Where the " +
    'provider speaks another format, both are translated, and the header `Sheepfold-Translation` of the answer names ' +
    'what became of fields: `dropped seed, defaulted max_tokens`.',
  opens: 'client',
  headers,
  body: { mediaType: 'application/json', schema: body },
  answers: {
    200: {
      description: 'The answer, or a stream of events.',
      schema: answer,
      mediaType: 'text/event-stream',
    },
  },
  errors: [
    'invalid_json',
    'invalid_type',
    'invalid_value',
    'invalid_utf8',
    'lone_surrogate',
    'too_deep',
    'too_large',
    'duplicate_key',
    'missing_field',
    'unsupported_media_type',
    'unsupported_encoding',
    'invalid_header',
    'unknown_model',
    'model_not_allowed',
    'model_not_priced',
    'spend_limit_reached',
    'rate_limit_exceeded',
    'limit_too_small',
    'too_busy',
    'deployment_unavailable',
    'provider_failed',
    'lossy',
    'untranslatable',
    'provider_timeout',
    'stream_broken',
  ],
})

export const callOperations: readonly Operation[] = [
  operation('/v1/chat/completions', {
    id: 'createChatCompletion',
    summary: 'The answer of a chat model',
    body: chatBody,
    answer: chatAnswer,
  }),
  operation('/v1/responses', {
    id: 'createResponse',
    summary: 'A response',
    body: responseBody,
    answer: responseAnswer,
  }),
  operation('/v1/completions', {
    id: 'createCompletion',
    summary: 'What follows a text',
    body: textBody,
    answer: textAnswer,
  }),
  operation('/v1/embeddings', {
    id: 'createEmbedding',
    summary: 'Vectors of texts',
    body: embeddingBody,
    answer: embeddingAnswer,
  }),
]
