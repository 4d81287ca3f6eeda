import type { ProviderError } from './errors.ts'
import { invalidRequest } from './errors.ts'

/** What OpenAI's models are made for, as far as their names tell; any other model does what it is asked to. */
export type ModelKind = 'chat' | 'text' | 'embedding' | 'any'

export const kindOf = (model: string): ModelKind => {
  if (/^text-embedding-/.test(model)) return 'embedding'
  if (/^(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/.test(model)) return 'text'
  return /^(gpt-\d|o\d|chatgpt-)/.test(model) ? 'chat' : 'any'
}

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
export const misfit = (path: string, model: string, kind: ModelKind): ProviderError | undefined =>
  kind === 'any' ? undefined : misfits.get(path)?.(model, kind)
