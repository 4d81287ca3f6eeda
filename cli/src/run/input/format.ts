import { statSync } from 'node:fs'

export const inputFormats = ['jsonl', 'csv', 'parquet', 'text', 'folder'] as const
export type InputFormat = (typeof inputFormats)[number]

/** Standard input. */
export const isStandardInput = (path: string): boolean => path === '-'

export const isCompressed = (path: string): boolean => path.endsWith('.gz')

const byExtension: Readonly<Record<string, InputFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
  txt: 'text',
}

/** What was said counts; then what the name says; otherwise it is JSONL. */
export const formatOf = (path: string, said: InputFormat | undefined): InputFormat => {
  if (isStandardInput(path)) {
    if (said === 'folder')
      throw new Error('Standard input is no folder; --format may be jsonl, csv, parquet or text.')
    return said ?? 'jsonl'
  }
  const isFolder = statSync(path).isDirectory()
  if (isFolder && said !== undefined && said !== 'folder')
    throw new Error(`${path} is a folder, and --format says ${said}.`)
  if (said === 'folder' && !isFolder) throw new Error(`${path} is no folder, and --format says it is.`)
  if (isFolder) return 'folder'
  return said ?? byExtension[extensionOf(path)] ?? 'jsonl'
}

const extensionOf = (path: string): string =>
  /\.([^./\\]+)$/.exec(path.replace(/\.gz$/, ''))?.[1]?.toLowerCase() ?? ''

export const isTabbed = (path: string): boolean => extensionOf(path) === 'tsv'
