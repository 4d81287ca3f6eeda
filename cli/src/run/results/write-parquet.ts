import type { SchemaElement } from 'hyparquet'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import type { Column, ColumnType, ResultRow } from './columns.ts'

/** Rows that are in memory at a time: a reader fetches whole groups, and small ones compress badly. */
const rowsInGroup = 10_000

export const writeParquet = async (
  path: string,
  columns: readonly Column[],
  rows: AsyncIterable<readonly ResultRow[]>,
): Promise<void> => {
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: schemaOf(columns),
    createdBy: 'sheepfold',
  })
  let group: ResultRow[] = []
  const flush = async () => {
    if (group.length === 0) return
    const columnData = columns.map((column) => ({ name: column.name, data: group.map(valueIn(column)) }))
    await writer.write({ columnData, rowGroupSize: rowsInGroup })
    group = []
  }
  for await (const block of rows) {
    for (const row of block) {
      group.push(row)
      if (group.length === rowsInGroup) await flush()
    }
  }
  await flush()
  await writer.finish()
}

const valueIn = (column: Column) => (row: ResultRow) => {
  const value = column.cellOf(row)
  return column.type === 'whole' && typeof value === 'number' ? BigInt(value) : value
}

type Typed = Pick<SchemaElement, 'type' | 'converted_type' | 'precision' | 'scale'>

/** Money is exact: an integer count of nano-USD with nine decimals. */
const parquetTypes: Readonly<Record<ColumnType, Typed>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  whole: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  usd: { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 9 },
}

const schemaOf = (columns: readonly Column[]): SchemaElement[] => [
  { name: 'root', num_children: columns.length },
  ...columns.map(
    ({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...parquetTypes[type] }),
  ),
]
