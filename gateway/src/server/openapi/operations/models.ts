import type { Operation } from '../operation.ts'
import { model, models } from '../schemas/models.ts'

export const modelOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/models',
    id: 'listModels',
    tag: 'Models',
    summary: 'Models that the key may use, with their prices',
    description: 'The way to test a key.',
    opens: 'client',
    answers: { 200: { description: 'All of them.', schema: models } },
    errors: [],
  },
  {
    method: 'get',
    path: '/v1/models/{id}',
    id: 'getModel',
    tag: 'Models',
    summary: 'One model with its prices',
    opens: 'client',
    answers: { 200: { description: 'The model.', schema: model } },
    errors: ['model_not_found'],
  },
]
