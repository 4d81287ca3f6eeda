import { z } from 'zod'
import type { Operation } from '../operation.ts'
import { anthropicPage, anthropicVersion } from '../schemas/common.ts'
import { model, models } from '../schemas/models.ts'

const headers = z.object({ 'anthropic-version': anthropicVersion.optional() })

export const modelOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/models',
    id: 'listModels',
    tag: 'Models',
    summary: 'Models that the key may use, with their prices',
    description:
      "The way to test a key. Anthropic's clients get a page in their own form; all others get all of them.",
    opens: 'client',
    headers,
    query: z.object(anthropicPage),
    answers: { 200: { description: 'The models.', schema: models } },
    errors: ['invalid_value'],
  },
  {
    method: 'get',
    path: '/v1/models/{id}',
    id: 'getModel',
    tag: 'Models',
    summary: 'One model with its prices',
    opens: 'client',
    headers,
    answers: { 200: { description: 'The model.', schema: model } },
    errors: ['model_not_found'],
  },
]
