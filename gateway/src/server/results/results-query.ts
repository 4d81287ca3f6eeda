import type { BatchView } from '../../storage/tenant.ts'
import { ApiError } from '../errors.ts'
import { type CompletionCursor, decodeCursor, firstCursor } from './completion-cursor.ts'

/** What a results call asks for. */
export type ResultsQuery =
  /** `merged`: with the results of the batches that this one retries. */
  | { readonly order: 'input'; readonly merged: boolean }
  | { readonly order: 'completion'; readonly cursor: CompletionCursor }

const NAMES = ['order', 'cursor', 'merged']
const CURSOR_CHARACTERS_MAX = 30_000

export const readResultsQuery = (
  query: Readonly<Record<string, unknown>>,
  batch: Pick<BatchView, 'id' | 'shards'>,
): ResultsQuery => {
  const unknown = Object.keys(query).find((name) => !NAMES.includes(name))
  if (unknown !== undefined) {
    const name = unknown.slice(0, 60)
    throw new ApiError(
      'unknown_field',
      `"${name}" is no parameter of results; there are ${NAMES.join(', ')}`,
      {
        field: name,
      },
    )
  }
  const order = oneOf(query, 'order', ['input', 'completion']) ?? 'input'
  const { cursor } = query
  if (cursor !== undefined && (order !== 'completion' || typeof cursor !== 'string')) {
    throw new ApiError('conflicting_fields', '"cursor" goes with order=completion, and is given once', {
      field: 'cursor',
    })
  }
  if (typeof cursor === 'string' && cursor.length > CURSOR_CHARACTERS_MAX) {
    throw new ApiError('invalid_value', '"cursor" is longer than any that was given out', { field: 'cursor' })
  }
  const merged = oneOf(query, 'merged', ['true', 'false']) === 'true'
  if (merged && order === 'completion') {
    throw new ApiError('conflicting_fields', '"merged" goes with order=input', { field: 'merged' })
  }
  if (order === 'input') return { order, merged }
  return { order, cursor: typeof cursor === 'string' ? decodeCursor(cursor, batch) : firstCursor(batch) }
}

const oneOf = <Value extends string>(
  query: Readonly<Record<string, unknown>>,
  name: string,
  allowed: readonly Value[],
): Value | undefined => {
  const given = query[name]
  if (given === undefined) return undefined
  const found = allowed.find((value) => value === given)
  if (found !== undefined) return found
  throw new ApiError('invalid_value', `"${name}" must be ${allowed.join(' or ')}`, { field: name })
}
