import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { LineNames } from './line-names.ts'
import type { FaultList } from './source.ts'
import type { Spool } from './spool.ts'

/** Each row becomes one line; a group of rows, as the file has them, is in memory at a time. */
export const spoolParquet = async (
  path: string,
  name: string,
  spool: Spool,
  faults: FaultList,
): Promise<LineNames> => {
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    let rowStart = 0
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows)
      for (const row of await parquetReadObjects({
        file,
        metadata,
        compressors,
        rowStart,
        rowEnd,
        utf8: false,
      }))
        spool.writeRecord(plainValue(row))
      rowStart = rowEnd
    }
  } catch (error) {
    faults.add(name, `it cannot be read as Parquet: ${error instanceof Error ? error.message : error}`)
  }
  return { placeOf: (line) => `${name}, row ${line}`, idOf: (line) => `row-${line}` }
}

/** What JSON has no form for becomes text: large integers, times, bytes. */
const plainValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return textOf(value)
  if (Array.isArray(value)) return value.map(plainValue)
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainValue(each)]))
  return value
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Some writers mark no column as text; what cannot be text is base64. */
const textOf = (bytes: Uint8Array): string => {
  try {
    return decoder.decode(bytes)
  } catch {
    return Buffer.from(bytes).toString('base64')
  }
}
