/** Success and error of a batch whose segments lie apart: each is a file of its account. */
export type OutputPart = 'output' | 'error'

const BATCH_PREFIX = 'batch_'
const PREFIXES: Readonly<Record<OutputPart, string>> = { output: 'file-out_', error: 'file-err_' }

/** Made of the batch's own id, so that it is known before the file is there and the same at every look. */
export const outputFileId = (batch: string, part: OutputPart): string =>
  PREFIXES[part] + batch.slice(BATCH_PREFIX.length)

/** Which output file an id names; undefined where it is that of an uploaded file. */
export const outputFileOf = (id: string): { batch: string; part: OutputPart } | undefined => {
  for (const part of ['output', 'error'] as const) {
    const prefix = PREFIXES[part]
    if (id.startsWith(prefix)) return { batch: BATCH_PREFIX + id.slice(prefix.length), part }
  }
  return undefined
}
