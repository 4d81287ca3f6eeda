import type { RunOptions } from '../command-options.ts'
import { isStandardInput } from './input/format.ts'

export type OutputFormat = 'jsonl' | 'csv' | 'parquet'

/** Where everything is. */
export interface RunFiles {
  readonly input: string
  readonly output: string
  readonly outputFormat: OutputFormat
  /** The results as JSONL: the output itself where that is such a file and holds nothing else. */
  readonly lines: string
  readonly checkpoint: string
  readonly chunkLog: string
  readonly work: string
  /** A folder of copies that go with the run: beside the results, where there is room for as much. */
  readonly spool: string
  readonly lock: string
}

export const runFiles = (
  input: string,
  options: Pick<RunOptions, 'out' | 'checkpoint' | 'join'>,
): RunFiles => {
  const output = options.out ?? besideInput(input)
  const outputFormat = outputFormatOf(output)
  const checkpoint = options.checkpoint ?? `${output}.checkpoint.json`
  const isItself = outputFormat === 'jsonl' && options.join === undefined
  return {
    input,
    output,
    outputFormat,
    lines: isItself ? output : `${output}.lines.jsonl`,
    checkpoint,
    chunkLog: `${checkpoint}.chunks`,
    work: `${output}.work`,
    spool: `${output}.spool`,
    lock: `${checkpoint}.lock`,
  }
}

const besideInput = (input: string): string => {
  if (isStandardInput(input))
    throw new Error(
      'With standard input, --out must say where the results go, for example --out results.jsonl.',
    )
  const name = input.replace(/[/\\]+$/, '').replace(/(\.(jsonl|ndjson|csv|tsv|parquet|txt))?(\.gz)?$/, '')
  return `${name}.results.jsonl`
}

const formats: Readonly<Record<string, OutputFormat>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  csv: 'csv',
  parquet: 'parquet',
}

const outputFormatOf = (output: string): OutputFormat => {
  const extension = /\.([^./\\]+)$/.exec(output)?.[1]?.toLowerCase() ?? ''
  const format = formats[extension]
  if (format) return format
  throw new Error(`--out is ${output}; its name must end with .jsonl, .ndjson, .csv or .parquet.`)
}
