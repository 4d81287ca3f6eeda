import type { Look } from '../maker.ts'
import type { Model, Models } from '../models.ts'
import { invalidRequest, unknownModel } from './errors.ts'

const limitDefault = 20
const limitMax = 1_000

export const modelNamed = (name: string): Look => ({
  see(models) {
    const model = models.get(name)
    return model === undefined ? unknownModel(name) : { json: modelObject(model) }
  },
})

/** Its own models, a page at a time. */
export const modelPage = (query: string): Look => ({
  see(models) {
    const asked = new URLSearchParams(query)
    const limit = Number(asked.get('limit') ?? limitDefault)
    if (!Number.isInteger(limit) || limit < 1 || limit > limitMax)
      return invalidRequest(`limit: Input should be from 1 to ${limitMax}`)
    const own = ownModels(models)
    const after = placeOf(own, asked.get('after_id'))
    const before = placeOf(own, asked.get('before_id'))
    const from = after === undefined ? Math.max(0, (before ?? limit) - limit) : after + 1
    const page = own.slice(from, Math.min(from + limit, before ?? own.length))
    const hasMore = before === undefined ? from + limit < own.length : from > 0
    return {
      json: {
        data: page.map(modelObject),
        has_more: hasMore,
        first_id: page.at(0)?.name ?? null,
        last_id: page.at(-1)?.name ?? null,
      },
    }
  },
})

const ownModels = (models: Models): readonly Model[] =>
  Array.from(models.all()).filter(({ name }) => name.startsWith('claude-'))

const placeOf = (models: readonly Model[], id: string | null): number | undefined => {
  const place = models.findIndex(({ name }) => name === id)
  return place < 0 ? undefined : place
}

const modelObject = ({ name, contextTokens }: Model) => ({
  type: 'model',
  id: name,
  display_name: displayName(name),
  created_at: '2025-10-01T00:00:00Z',
  capabilities: null,
  deprecated_at: null,
  lifecycle: 'active',
  line: /opus|sonnet|haiku|fable|mythos/.exec(name)?.[0] ?? null,
  max_input_tokens: contextTokens,
  max_tokens: 64_000,
  retires_at: null,
})

/** `Claude Sonnet 5.5`. */
const displayName = (name: string): string =>
  name
    .replace(/(\d)-(\d)/g, '$1.$2')
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ')
