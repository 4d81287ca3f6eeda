import { type Batch, type BatchResult, type NanoUsd, parseUsd } from '@sheepfold/client'

/** What is kept of a batch once its results are written: its figures, never its texts. */
export interface FinishedBatch {
  readonly batch: Batch
  readonly documents: number
  readonly succeeded: number
  /** How many failed of which cause. */
  readonly errors: ReadonlyMap<string, number>
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
): FinishedBatch => {
  const tally = createResultsTally()
  tally.add(results)
  return { ...tally.figures(batch), ...rest }
}

type TalliedResult = Pick<BatchResult, 'status' | 'usage' | 'cost' | 'error'>

/** Sums up the results of a batch as they are read, block by block. */
export interface ResultsTally {
  add(results: readonly TalliedResult[]): void
  figures(batch: Batch): Omit<FinishedBatch, 'documents' | 'measuredMs'>
}

export const createResultsTally = (): ResultsTally => {
  const errors = new Map<string, number>()
  let succeeded = 0
  let tokens: number | undefined
  let cost: NanoUsd | undefined = 0n
  const addOne = (result: TalliedResult) => {
    if (result.status === 'succeeded') succeeded++
    else countError(errors, result.error?.code ?? result.status)
    if (result.usage) tokens = (tokens ?? 0) + result.usage.total_tokens
    // A request that failed costs nothing.
    const each = amount(result.cost ?? (result.error && '0'))
    cost = cost === undefined || each === undefined ? undefined : cost + each
  }
  return {
    add: (results) => {
      for (const result of results) addOne(result)
    },
    figures: (batch) => ({
      batch,
      succeeded,
      errors,
      tokens: batch.usage?.total_tokens ?? tokens,
      cost: batch.cost ? amount(batch.cost.batch) : cost,
    }),
  }
}

const countError = (errors: Map<string, number>, code: string, count = 1) =>
  errors.set(code, (errors.get(code) ?? 0) + count)

/** By cause, the most frequent first. */
export const errorsByCause = (finished: readonly FinishedBatch[]): [cause: string, count: number][] => {
  const all = new Map<string, number>()
  for (const { errors } of finished) for (const [code, count] of errors) countError(all, code, count)
  return [...all].sort((one, other) => other[1] - one[1])
}

/** What a progress bar shows. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** Of those that are done. */
  readonly failed: number
  /** Of the batches whose results are here. */
  readonly errors: readonly (readonly [cause: string, count: number])[]
  /** So far; undefined where the server does not tell. */
  readonly cost: NanoUsd | undefined
  /** What is told of it. */
  readonly costAtLeast: NanoUsd
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

/** `costOf` tells the cost of a running batch; undefined where it cannot be told. */
export const createTally = (
  total: number,
  costOf: (batch: Batch) => NanoUsd | undefined = toldCost,
): Tally => {
  const running = new Map<string, { readonly batch: Batch; readonly documents: number }>()
  const finished: FinishedBatch[] = []
  return {
    finished,
    note: (batch, documents) => running.set(batch.batch_id, { batch, documents }),
    finish: (done) => {
      running.delete(done.batch.batch_id)
      finished.push(done)
    },
    progress: () => {
      const all = [...running.values()]
      const costs = [...all.map(({ batch }) => costOf(batch)), ...finished.map(({ cost }) => cost)]
      return {
        total,
        done:
          sumOfNumbers(all, ({ batch, documents }) => documentsDone(batch, documents)) +
          sumOfNumbers(finished, ({ documents }) => documents),
        failed:
          sumOfNumbers(all, ({ batch }) => failedOf(batch)) +
          sumOfNumbers(finished, ({ documents, succeeded }) => documents - succeeded),
        errors: errorsByCause(finished),
        cost: sumOf(costs),
        costAtLeast: costs.reduce<NanoUsd>((sum, each) => sum + (each ?? 0n), 0n),
        waiting: all.find(({ batch }) => batch.waiting)?.batch.waiting?.message,
      }
    },
  }
}

/** What the server itself says that a batch costs so far. */
export const toldCost = (batch: Batch): NanoUsd | undefined => amount(batch.cost?.batch)

const failedOf = ({ counts }: Batch) => (counts ? counts.failed + counts.expired + counts.cancelled : 0)

const sumOfNumbers = <T>(all: readonly T[], numberOf: (each: T) => number): number =>
  all.reduce((sum, each) => sum + numberOf(each), 0)

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
