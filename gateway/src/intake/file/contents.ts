import type { RequestLosses } from '../request-losses.ts'
import type { LineFault } from './line-faults.ts'

/** What intake found in an uploaded file; kept with it, so that no batch reads it again. */
export interface FileContents {
  /** Lines that are not blank. */
  readonly lines: number
  /** Faults that are there whatever batch is made of the file, by line: the first ones, and how many there are. */
  readonly faults: readonly LineFault[]
  readonly faultsTotal: number
  /** One for each model and endpoint, in the order in which they first came. */
  readonly targets: readonly FileTarget[]
  /** The file is an error file: these requests of that batch are to be tried again. */
  readonly retry: FileRetry | null
  /** Null where all of its requests pass as they are. */
  readonly losses: RequestLosses | null
}

export interface FileTarget {
  readonly model: string
  readonly endpoint: string
  readonly requests: number
  /** Numbers of the first lines. */
  readonly firstLines: readonly number[]
  /** For the hold, rough upper bounds over the requests: bytes of the body ÷ 3, and 8 for each. */
  readonly inputTokens: number
  /** Of the requests that limit their answer. */
  readonly outputTokens: number
  readonly withoutOutputLimit: number
}

export interface FileRetry {
  readonly batch: string
  readonly requests: number
  /** One bit a request, by its index in that batch. */
  readonly indexes: Uint8Array
}

export const encodeContents = ({ retry, ...contents }: FileContents): string =>
  JSON.stringify({
    ...contents,
    retry: retry && { ...retry, indexes: Buffer.from(retry.indexes).toString('base64') },
  })

/** Reads what `encodeContents` wrote: it never comes from outside. */
export const decodeContents = (text: string): FileContents => {
  const { retry, ...contents } = JSON.parse(text) as Omit<FileContents, 'retry'> & {
    retry: (Omit<FileRetry, 'indexes'> & { indexes: string }) | null
  }
  return { ...contents, retry: retry && { ...retry, indexes: Buffer.from(retry.indexes, 'base64') } }
}
