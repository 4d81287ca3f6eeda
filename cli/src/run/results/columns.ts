import { parseUsd } from '@sheepfold/client'
import type { Fields } from '../input/record.ts'
import type { ResultLine } from './result-line.ts'

export type ColumnType = 'text' | 'whole' | 'number' | 'boolean' | 'usd'

/** A column of a table of results. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  /** Null where it has none; `usd` as nano-USD. */
  cellOf(row: ResultRow): string | number | bigint | boolean | null
}

export interface ResultRow {
  readonly line: ResultLine
  /** The fields of the input; none where they are not joined. */
  readonly fields: Fields
}

const column = (
  name: string,
  type: ColumnType,
  cellOf: (line: ResultLine) => ReturnType<Column['cellOf']>,
): Column => ({
  name,
  type,
  cellOf: ({ line }) => cellOf(line),
})

const resultColumns: readonly Column[] = [
  column('custom_id', 'text', (line) => line.custom_id),
  column('status', 'text', (line) => line.status),
  column('output', 'text', (line) => line.output),
  column('error_code', 'text', (line) => line.error?.code ?? null),
  column('error_message', 'text', (line) => line.error?.message ?? null),
  column('model', 'text', (line) => line.model),
  column('finish_reason', 'text', (line) => line.finish_reason),
  column('prompt_tokens', 'whole', (line) => line.usage?.prompt_tokens ?? null),
  column('completion_tokens', 'whole', (line) => line.usage?.completion_tokens ?? null),
  column('total_tokens', 'whole', (line) => line.usage?.total_tokens ?? null),
  column('cached_tokens', 'whole', (line) => line.usage?.cached_tokens ?? null),
  column('cost_usd', 'usd', (line) => (line.cost === null ? null : (parseUsd(line.cost) ?? null))),
  column('batch_id', 'text', (line) => line.batch_id),
]

/** What a table has beside the columns that every result has. */
export interface MoreColumns {
  /** Of the input. */
  readonly fields: ReadonlyMap<string, ColumnType>
  /** Of answers that keep to a schema. */
  readonly answers: ReadonlyMap<string, ColumnType>
}

/** The input's fields first; one whose name another column has is called `input_…`. */
export const columnsWith = ({ fields, answers }: MoreColumns): Column[] => {
  const results = [...resultColumns, ...[...answers].map(([name, type]) => answerColumn(name, type))]
  const taken = new Set([...results.map(({ name }) => name)])
  const columnOf = ([field, type]: [string, ColumnType]): Column => {
    let name = field
    while (taken.has(name)) name = `input_${name}`
    taken.add(name)
    return { name, type, cellOf: (row) => plainCell(row.fields[field], type) }
  }
  return [...[...fields].map(columnOf), ...results]
}

const answerColumn = (name: string, type: ColumnType): Column =>
  column(`answer_${name}`, type, ({ json }) =>
    typeof json === 'object' && json !== null ? plainCell({ ...json }[name], type) : null,
  )

const plainCell = (value: unknown, type: ColumnType) => {
  if (value === null || value === undefined) return null
  if (type !== 'text' && (typeof value === 'number' || typeof value === 'boolean')) return value
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The type that all values of a field have; text where they differ. */
export const widen = (known: ColumnType | undefined, value: unknown): ColumnType | undefined => {
  if (value === null || value === undefined) return known
  const type = typeOf(value)
  if (known === undefined || known === type) return type
  return isNumeric(known) && isNumeric(type) ? 'number' : 'text'
}

const isNumeric = (type: ColumnType) => type === 'whole' || type === 'number'

const typeOf = (value: unknown): ColumnType => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'whole' : 'number'
  return typeof value === 'boolean' ? 'boolean' : 'text'
}
