import type { ModelKind } from '../model-kind.ts'
import type { Model } from '../models.ts'
import type { ProviderError } from '../provider-error.ts'
import { invalidRequest } from './errors.ts'

const wrongModel = (message: string, status: number, param: string | null = 'model'): ProviderError => ({
  ...invalidRequest(message, param, null),
  status,
})

const misfits: ReadonlyMap<string, (model: string, kind: ModelKind) => ProviderError | undefined> = new Map([
  [
    '/v1/chat/completions',
    (_, kind) =>
      kind === 'chat'
        ? undefined
        : wrongModel(
            'This is not a chat model and thus not supported in the v1/chat/completions endpoint. Did you mean to use v1/completions?',
            404,
          ),
  ],
  [
    '/v1/completions',
    (_, kind) => {
      if (kind === 'text') return undefined
      return kind === 'chat'
        ? wrongModel(
            'This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?',
            404,
          )
        : wrongModel('You are not allowed to sample from this model', 403, null)
    },
  ],
  [
    '/v1/embeddings',
    (_, kind) =>
      kind === 'embedding'
        ? undefined
        : wrongModel('You are not allowed to generate embeddings from this model', 403, null),
  ],
  [
    '/v1/responses',
    (model, kind) =>
      kind === 'chat'
        ? undefined
        : wrongModel(`The requested model '${model}' cannot be used with the Responses API.`, 400),
  ],
])

/** What the provider says where a model does not work behind this path. */
export const misfit = (path: string, { name, kind }: Model): ProviderError | undefined =>
  kind === 'any' ? undefined : misfits.get(path)?.(name, kind)
