import { z } from 'zod'
import type { Operation } from '../operation.ts'
import {
  chatAnswer,
  chatBody,
  countAnswer,
  countBody,
  embeddingAnswer,
  embeddingBody,
  messageAnswer,
  messageBody,
  responseAnswer,
  responseBody,
  textAnswer,
  textBody,
} from '../schemas/calls.ts'
import { anthropicVersion, lossyHeaders } from '../schemas/common.ts'
import { OPEN_BODY_ERRORS } from './errors.ts'

const shared = {
  ...lossyHeaders,
  'Sheepfold-Service-Tier': z
    .enum(['default', 'flex'])
    .optional()
    .describe(
      'flex: its turn comes among the batches, at their price; for clients that cannot say it in the body.',
    ),
}

const headersOfOpenai = z.object(shared)

const headersOfAnthropic = z.object({
  ...shared,
  'anthropic-version': anthropicVersion,
  'anthropic-beta': z
    .string()
    .optional()
    .describe("Passed on to a provider that speaks Anthropic's own format."),
})

interface CallShape {
  readonly id: string
  readonly summary: string
  readonly headers?: z.ZodObject
  readonly body: z.ZodType
  readonly answer: z.ZodType
}

const operation = (
  path: string,
  { id, summary, headers = headersOfOpenai, body, answer }: CallShape,
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
    ...OPEN_BODY_ERRORS,
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
  operation('/v1/messages', {
    id: 'createMessage',
    summary: "A message, in Anthropic's dialect",
    headers: headersOfAnthropic,
    body: messageBody,
    answer: messageAnswer,
  }),
  {
    method: 'post',
    path: '/v1/messages/count_tokens',
    id: 'countMessageTokens',
    tag: 'Calls',
    summary: 'How many input tokens a message would have',
    description: 'An estimate by a tokenizer of ours, whoever answers the model. Nothing is sent or charged.',
    opens: 'client',
    headers: z.object({ 'anthropic-version': anthropicVersion }),
    body: { mediaType: 'application/json', schema: countBody },
    answers: { 200: { description: 'The estimate.', schema: countAnswer } },
    errors: [...OPEN_BODY_ERRORS, 'unknown_model', 'model_not_allowed'],
  },
]
