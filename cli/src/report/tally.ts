import { type Batch, type BatchResult, type NanoUsd, parseUsd } from '@sheepfold/client'

/** What is kept of a batch once its results are written: its figures, never its texts. */
export interface FinishedBatch {
  readonly batch: Batch
  readonly documents: number
  readonly succeeded: number
  /** Undefined where neither the batch nor its results tell. */
  readonly tokens: number | undefined
  readonly cost: NanoUsd | undefined
  /** From when this process sent it, or took it up again, to its results in hand. */
  readonly measuredMs: number
}

export const finishedBatch = (
  batch: Batch,
  results: readonly BatchResult[],
  rest: Pick<FinishedBatch, 'documents' | 'measuredMs'>,
): FinishedBatch => ({
  ...rest,
  batch,
  succeeded: results.filter(({ status }) => status === 'succeeded').length,
  tokens: batch.usage?.total_tokens ?? tokensOf(results),
  cost: batch.cost ? amount(batch.cost.batch) : costOf(results),
})

const tokensOf = (results: readonly BatchResult[]): number | undefined =>
  results.some(({ usage }) => usage)
    ? results.reduce((sum, { usage }) => sum + (usage?.total_tokens ?? 0), 0)
    : undefined

/** A request that failed costs nothing. */
const costOf = (results: readonly BatchResult[]): NanoUsd | undefined =>
  sumOf(results.map(({ cost, error }) => amount(cost ?? (error && '0'))))

/** What a progress bar shows. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** So far; undefined where the server does not tell. */
  readonly cost: NanoUsd | undefined
  /** Why the server does nothing at the moment. */
  readonly waiting: string | undefined
}

/** Keeps the last thing that each batch said. */
export interface Tally {
  progress(): Progress
  note(batch: Batch, documents: number): void
  finish(finished: FinishedBatch): void
  readonly finished: readonly FinishedBatch[]
}

export const createTally = (total: number): Tally => {
  const latest = new Map<string, { readonly batch: Batch; readonly documents: number }>()
  const finished: FinishedBatch[] = []
  return {
    finished,
    note: (batch, documents) => latest.set(batch.batch_id, { batch, documents }),
    finish: (done) => {
      latest.set(done.batch.batch_id, done)
      finished.push(done)
    },
    progress: () => {
      const all = [...latest.values()]
      return {
        total,
        done: all.reduce((sum, each) => sum + documentsDone(each.batch, each.documents), 0),
        cost: sumOf(all.map(({ batch }) => amount(batch.cost?.batch))),
        waiting: all.find(({ batch }) => batch.waiting)?.batch.waiting?.message,
      }
    },
  }
}

/** `progress` is a whole per cent; the counts, where there are some, tell each document. */
const documentsDone = (batch: Batch, documents: number): number => {
  if (batch.status !== 'in_progress') return documents
  if (!batch.counts) return Math.floor((documents * batch.progress) / 100)
  const { succeeded, failed, expired, cancelled } = batch.counts
  return succeeded + failed + expired + cancelled
}

export const amount = (text: string | null | undefined): NanoUsd | undefined =>
  text === null || text === undefined ? undefined : parseUsd(text)

/** Undefined where one is unknown: half a sum would look like a whole one. */
export const sumOf = (amounts: readonly (NanoUsd | undefined)[]): NanoUsd | undefined => {
  let sum = 0n
  for (const each of amounts) {
    if (each === undefined) return undefined
    sum += each
  }
  return sum
}
