import { onInterrupt } from '../interrupt.ts'
import { createLossTeller } from '../report/loss-text.ts'
import { type ProgressReport, reportProgress } from '../report/progress-bar.ts'
import { createTally, type FinishedBatch, type Tally, toldCost } from '../report/tally.ts'
import { type ChunkOutcome, type ChunkWork, resumeChunk, sendChunk } from './chunk.ts'
import { inParallel } from './in-parallel.ts'
import { readRecords } from './input/scan.ts'
import type { Plan, RunJob, State } from './job.ts'
import { exceeded, type Spending } from './stop/limits.ts'
import { createRunning, type Running } from './stop/running.ts'

/** A stretch of the work that was gone through, to its end or not. */
export interface Phase {
  readonly finished: readonly FinishedBatch[]
  /** Records that it was about. */
  readonly total: number
  readonly seconds: number
  readonly timedOut: number
  readonly signal: NodeJS.Signals | undefined
  /** Which limit stopped it, in words. */
  readonly limit: string | undefined
  readonly error: unknown
  /** Not all of it has been done. */
  readonly unfinished: boolean
}

const timeoutMs = { native: 2 * 3_600_000, openai: 25 * 3_600_000 }

export const runPhase = async (
  job: RunJob,
  state: State,
  plan: Plan,
  before: readonly Phase[] = [],
): Promise<Phase> => {
  const { options, api, pricing } = job
  const started = performance.now()
  const abort = new AbortController()
  const interrupt = onInterrupt(() => abort.abort())
  const tally = createTally(plan.total, (batch) => toldCost(batch) ?? pricing.costOf(batch.usage))
  const report = reportProgress(tally.progress)
  const running = createRunning((id) => {
    api
      .cancel(id, { signal: abort.signal })
      .catch((error) => report.say(`${id} was not cancelled: ${messageOf(error)}`))
  })
  let limit: string | undefined
  const judge = () => {
    if (limit !== undefined) return
    limit = exceeded(options, spendingOf(tally, before))
    if (limit === undefined) return
    report.say(`Limit reached: ${limit}. What still runs is cancelled; what it has finished is collected.`)
    running.cancelAll()
  }
  let timedOut = 0
  const note = (outcome: ChunkOutcome) => {
    if (outcome === 'timed_out') timedOut++
  }
  const chunkWork = chunkWorkOf(job, state, { tally, report, running, judge, signal: abort.signal })
  let error: unknown
  try {
    await inParallel(
      [
        ...plan.outstanding.map((sent) => async () => note(await resumeChunk(sent, chunkWork))),
        ...plan.chunks.map((chunk) => async () => note(await sendChunk(chunk, chunkWork))),
      ],
      { parallel: options.parallel, abort, isStopped: () => running.isStopped },
    )
  } catch (caught) {
    error = caught
  } finally {
    report.stop()
    interrupt.dispose()
    state.checkpoint.flush()
  }
  const signal = interrupt.signal()
  const collected = tally.finished.reduce((sum, { documents }) => sum + documents, 0)
  // A limit that was reached by the very last answers has stopped nothing.
  if (!running.hasCancelled && collected === plan.total) limit = undefined
  return {
    finished: tally.finished,
    total: plan.total,
    seconds: (performance.now() - started) / 1000,
    timedOut,
    signal,
    limit,
    error,
    unfinished: error !== undefined || timedOut > 0 || signal !== undefined || limit !== undefined,
  }
}

const chunkWorkOf = (
  { api, options, settings, pricing, input }: RunJob,
  { log, work, checkpoint }: State,
  live: {
    readonly tally: Tally
    readonly report: ProgressReport
    readonly running: Running
    readonly judge: () => void
    readonly signal: AbortSignal
  },
): ChunkWork => ({
  api,
  baseUrl: options.baseUrl,
  log,
  work,
  checkpoint,
  pricing,
  schema: settings.schema,
  running: live.running,
  signal: live.signal,
  waitMsMax: options.timeout ?? timeoutMs[api.name],
  idsOf: (chunk) => chunk.flatMap((place) => input.ids[place] ?? []),
  bodyOf: (ids) => {
    // An id that is gone makes a shorter body, and so another hash, which is what is compared.
    const places = ids.flatMap((id) => input.places.get(id) ?? [])
    return api.compose(readRecords(input, places, settings.prompt))
  },
  onProgress: (batch, documents) => {
    live.tally.note(batch, documents)
    live.judge()
  },
  onFinished: (finished) => {
    live.tally.finish(finished)
    live.judge()
  },
  say: live.report.say,
  tellLosses: createLossTeller(live.report.say),
})

/** What was spent in this phase and those before it. */
const spendingOf = (tally: Tally, before: readonly Phase[]): Spending => {
  const { done, failed, costAtLeast } = tally.progress()
  const earlier = before.flatMap(({ finished }) => finished)
  const isTold = [...earlier, ...tally.finished].every(({ cost }) => cost !== undefined)
  return earlier.reduce(
    (sum, { documents, succeeded, cost }) => ({
      done: sum.done + documents,
      failed: sum.failed + documents - succeeded,
      costAtLeast: sum.costAtLeast + (cost ?? 0n),
      isTold,
    }),
    { done, failed, costAtLeast, isTold },
  )
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
