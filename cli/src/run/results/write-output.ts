import { closeSync, openSync } from 'node:fs'
import { replaceFileBy, writeAll } from '../durable.ts'
import type { Input } from '../input/scan.ts'
import type { RunFiles } from '../run-files.ts'
import { type ColumnType, columnsWith, type ResultRow } from './columns.ts'
import { fieldTypes, type Join, joinedRows } from './joined.ts'

/** The output that people asked for, from the lines behind it. Nothing to do where these are the output. */
export const writeOutput = async (
  files: RunFiles,
  input: Input,
  { join, answers }: { readonly join: Join; readonly answers: ReadonlyMap<string, ColumnType> },
): Promise<void> => {
  if (files.lines === files.output) return
  const rows = () => joinedRows(files.lines, input, join)
  if (files.outputFormat === 'jsonl')
    return replaceFileBy(files.output, (path) => writeJoinedLines(path, rows()))
  const columns = columnsWith({ fields: await fieldTypes(input, join), answers })
  const write =
    files.outputFormat === 'csv'
      ? (await import('./write-csv.ts')).writeCsv
      : (await import('./write-parquet.ts')).writeParquet
  await replaceFileBy(files.output, (path) => write(path, columns, rows()))
}

const writeJoinedLines = async (path: string, rows: AsyncIterable<readonly ResultRow[]>): Promise<void> => {
  const file = openSync(path, 'w')
  try {
    for await (const block of rows) {
      const lines = block.map(({ line, fields }) => `${JSON.stringify({ ...line, input: fields })}\n`)
      writeAll(file, Buffer.from(lines.join('')))
    }
  } finally {
    closeSync(file)
  }
}
