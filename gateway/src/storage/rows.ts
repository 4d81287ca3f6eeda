import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'
import { InvariantBroken } from './errors.ts'
import type { Row } from './sql.ts'

/** Reads one column of a row, checking that it holds what its name promises. */
const mismatch = (row: Row, column: string, wanted: string): InvariantBroken =>
  new InvariantBroken(`column ${column} must be ${wanted}, it holds ${describeValue(row[column])}`)

const describeValue = (value: unknown): string =>
  value instanceof Uint8Array ? `${value.length} bytes` : `${typeof value} ${String(value)}`

export const nano = (row: Row, column: string): Nano => {
  const value = row[column]
  if (typeof value !== 'bigint') throw mismatch(row, column, 'an integer')
  return value
}

export const nanoOrNull = (row: Row, column: string): Nano | null =>
  row[column] === null ? null : nano(row, column)

export const int = (row: Row, column: string): number => {
  const value = Number(nano(row, column))
  if (!Number.isSafeInteger(value)) throw mismatch(row, column, 'an integer below 2^53')
  return value
}

export const intOrNull = (row: Row, column: string): number | null =>
  row[column] === null ? null : int(row, column)

export const text = (row: Row, column: string): string => {
  const value = row[column]
  if (typeof value !== 'string') throw mismatch(row, column, 'a text')
  return value
}

export const textOrNull = (row: Row, column: string): string | null =>
  row[column] === null ? null : text(row, column)

export const bytes = (row: Row, column: string): Uint8Array => {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw mismatch(row, column, 'bytes')
  return value
}

export const bytesOrNull = (row: Row, column: string): Uint8Array | null =>
  row[column] === null ? null : bytes(row, column)

export const oneOf = <Value extends string>(row: Row, column: string, values: readonly Value[]): Value => {
  const found = values.find((value) => value === row[column])
  if (found === undefined) throw mismatch(row, column, `one of ${values.join(', ')}`)
  return found
}

export const oneOfOrNull = <Value extends string>(
  row: Row,
  column: string,
  values: readonly Value[],
): Value | null => (row[column] === null ? null : oneOf(row, column, values))

export const usage = (row: Row): Usage => ({
  promptTokens: int(row, 'prompt_tokens'),
  cachedTokens: int(row, 'cached_tokens'),
  cacheWriteTokens: int(row, 'cache_write_tokens'),
  completionTokens: int(row, 'completion_tokens'),
  reasoningTokens: int(row, 'reasoning_tokens'),
})
