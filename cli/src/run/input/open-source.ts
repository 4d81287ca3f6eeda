import { existsSync } from 'node:fs'
import { formatOf, type InputFormat, isCompressed, isStandardInput, isTabbed } from './format.ts'
import { numberedLines } from './line-names.ts'
import { createFaultList, type Source } from './source.ts'
import { bytesOf, createSpool, type Spool } from './spool.ts'

export interface SourceSettings {
  /** Undefined: as the name says. */
  readonly format?: InputFormat | undefined
  /** Of CSV. */
  readonly delimiter?: string | undefined
  /** Of CSV and text, as `TextDecoder` names it. */
  readonly encoding?: string | undefined
  /** Where copies of the input lie while it is read; default: the temporary folder. */
  readonly spoolFolder?: string
}

/** Makes the input a JSONL file that stays while it is read; a plain JSONL file is one already. */
export const openSource = async (path: string, settings: SourceSettings): Promise<Source> => {
  if (!isStandardInput(path) && !existsSync(path)) throw new Error(`${path} does not exist`)
  const format = formatOf(path, settings.format)
  refuseIdleSettings(format, settings)
  const name = isStandardInput(path) ? 'standard input' : path
  if (format === 'jsonl' && !isCompressed(path) && !isStandardInput(path))
    return { path, ...numberedLines(name), faults: createFaultList(), notes: [], discard: () => {} }
  const spool = createSpool(settings.spoolFolder)
  try {
    const source = await convert(path, name, { ...settings, format }, spool)
    spool.end()
    return source
  } catch (error) {
    spool.discard()
    throw error
  }
}

const refuseIdleSettings = (format: InputFormat, { delimiter, encoding }: SourceSettings) => {
  if (delimiter !== undefined && format !== 'csv')
    throw new Error(`--delimiter is for CSV, and the input is ${format}.`)
  if (encoding !== undefined && (format === 'jsonl' || format === 'parquet'))
    throw new Error(`--encoding is for CSV and text, and the input is ${format}.`)
}

const convert = async (
  path: string,
  name: string,
  settings: SourceSettings & { readonly format: InputFormat },
  spool: Spool,
): Promise<Source> => {
  const { format, encoding = 'utf-8' } = settings
  const faults = createFaultList()
  const made = { path: spool.path, faults, notes: [], discard: spool.discard }
  if (format === 'folder') {
    const { spoolFolder } = await import('./folder.ts')
    return { ...made, ...(await spoolFolder(path, encoding, spool, faults)) }
  }
  if (format === 'csv') {
    const { spoolCsv } = await import('./csv.ts')
    const delimiter = settings.delimiter ?? (isTabbed(path) ? '\t' : undefined)
    return { ...made, ...(await spoolCsv(unpacked(path), { name, delimiter, encoding }, spool, faults)) }
  }
  if (format === 'text') {
    const { spoolTextLines } = await import('./text-lines.ts')
    return { ...made, ...(await spoolTextLines(unpacked(path), { name, encoding }, spool, faults)) }
  }
  if (format === 'parquet') {
    const { spoolParquet } = await import('./parquet.ts')
    const file = await onDisk(path, settings.spoolFolder)
    try {
      return { ...made, ...(await spoolParquet(file.path, name, spool, faults)) }
    } finally {
      file.discard()
    }
  }
  for await (const block of unpacked(path)) spool.write(block)
  return { ...made, ...numberedLines(name) }
}

/** Parquet is read from its end. */
const onDisk = async (
  path: string,
  spoolFolder: string | undefined,
): Promise<{ readonly path: string; discard(): void }> => {
  if (!isStandardInput(path) && !isCompressed(path)) return { path, discard: () => {} }
  const copy = createSpool(spoolFolder)
  for await (const block of unpacked(path)) copy.write(block)
  copy.end()
  return copy
}

async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* bytesOf(path)
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new Error(isCompressed(path) ? `${path} cannot be unpacked: ${what}` : what)
  }
}
