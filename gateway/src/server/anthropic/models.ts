import type { Config } from '../../config/config.ts'
import type { ApiKey } from '../../storage/operator.ts'
import { ApiError } from '../errors.ts'
import { modelsOf, soldAs } from '../models.ts'
import { pageJson } from './page-json.ts'
import { type AskedPage, type PageQuery, readPage } from './page-query.ts'

/** When a model came out is not known here; Anthropic has this moment for it. */
const UNKNOWN_TIME = '1970-01-01T00:00:00Z'

interface AnthropicModel extends Readonly<Record<string, unknown>> {
  readonly id: string
}

/** One model as Anthropic shows its own, and what is ours to say of it. */
export const anthropicModelJson = (config: Config, id: string, now: number): AnthropicModel => ({
  type: 'model',
  id,
  display_name: id,
  created_at: UNKNOWN_TIME,
  lifecycle: 'active',
  deprecated_at: null,
  retires_at: null,
  line: null,
  capabilities: null,
  max_input_tokens: null,
  max_tokens: null,
  ...soldAs(config, id, now),
})

/** A page of the models that a key may use. */
export const anthropicModelsJson = (
  config: Config,
  { key, query, now }: { key: ApiKey; query: PageQuery; now: number },
): unknown => {
  const ids = modelsOf(config, key)
  const { start, end, hasMore } = stretchOf(ids, readPage(query))
  const page = ids.slice(start, end).map((id) => anthropicModelJson(config, id, now))
  return pageJson(page, hasMore)
}

const stretchOf = (
  ids: readonly string[],
  { limit, afterId, beforeId }: AskedPage,
): { start: number; end: number; hasMore: boolean } => {
  if (beforeId !== undefined) {
    const end = placeOf(ids, beforeId, 'before_id')
    const start = Math.max(0, end - limit)
    return { start, end, hasMore: start > 0 }
  }
  const start = afterId === undefined ? 0 : placeOf(ids, afterId, 'after_id') + 1
  const end = start + limit
  return { start, end, hasMore: end < ids.length }
}

const placeOf = (ids: readonly string[], id: string, field: string): number => {
  const place = ids.indexOf(id)
  if (place >= 0) return place
  throw new ApiError('invalid_value', `'${field}' names no model of the list: "${id}"`, { field })
}
