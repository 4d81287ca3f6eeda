import { closeSync, openSync } from 'node:fs'
import { formatUsd } from '@sheepfold/client'
import { stringify } from 'csv-stringify/sync'
import { writeAll } from '../durable.ts'
import type { Column, ResultRow } from './columns.ts'

/** A header, then a row a result. Null is an empty cell. */
export const writeCsv = async (
  path: string,
  columns: readonly Column[],
  rows: AsyncIterable<readonly ResultRow[]>,
): Promise<void> => {
  const file = openSync(path, 'w')
  const put = (cells: readonly (readonly (string | null)[])[]) =>
    writeAll(file, Buffer.from(stringify([...cells])))
  try {
    put([columns.map(({ name }) => name)])
    for await (const block of rows)
      put(block.map((row) => columns.map((column) => textOf(column.cellOf(row)))))
  } finally {
    closeSync(file)
  }
}

const textOf = (value: ReturnType<Column['cellOf']>): string | null => {
  if (typeof value === 'bigint') return formatUsd(value)
  return value === null ? null : String(value)
}
