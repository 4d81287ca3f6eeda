import { type Client, isTransient, SheepfoldError } from '@sheepfold/client'
import type { RunOptions } from '../command-options.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { onInterrupt } from '../interrupt.ts'
import { type ProgressReport, reportProgress } from '../report/progress-bar.ts'
import { summarise, summaryJson } from '../report/summary.ts'
import { summaryTable } from '../report/table.ts'
import { createTally, type Tally } from '../report/tally.ts'
import { openCheckpoint } from './checkpoint.ts'
import { type ChunkWork, resumeChunk, sendChunk } from './chunk.ts'
import { openChunkLog, type SentChunk } from './chunk-log.ts'
import { inParallel } from './in-parallel.ts'
import { type Input, readRecords } from './input.ts'
import { type NewChunk, planChunks } from './plan.ts'
import { openWorkFile } from './results-file.ts'
import {
  bytesPerRecord,
  chunkBody,
  type RequestSettings,
  type RunFiles,
  requestSettings,
} from './settings.ts'

export interface RunJob {
  readonly input: Input
  readonly files: RunFiles
  readonly options: RunOptions
  readonly client: Client
}

/** An input without faults, under the lock: sends what is missing, collects what is there, puts it in order. */
export const runInput = async (job: RunJob): Promise<ExitCode> => {
  const settings = requestSettings(job.options)
  const state = await openState(job.files)
  try {
    const plan = planWork(job, settings, state)
    announce(job, plan)
    const ended = await work(job, settings, state, plan)
    state.checkpoint.flush()
    return await conclude(job, state, plan, ended)
  } finally {
    state.log.close()
    state.work.close()
  }
}

const openState = async (files: RunFiles) => {
  const checkpoint = openCheckpoint(files.checkpoint)
  const log = openChunkLog(files.chunkLog)
  const work = await openWorkFile(files.work, files.output)
  checkpoint.add(work.succeededBefore)
  return { checkpoint, log, work }
}

type State = Awaited<ReturnType<typeof openState>>

interface Plan {
  readonly outstanding: readonly SentChunk[]
  readonly chunks: readonly NewChunk[]
  readonly skipped: number
  readonly total: number
}

const planWork = (
  { input, options }: RunJob,
  settings: RequestSettings,
  { log, checkpoint }: State,
): Plan => {
  const { outstanding } = log
  const limits = { recordsMax: options.chunk, bytesPerRecord: bytesPerRecord(settings) }
  const chunks = planChunks(input, limits, checkpoint.has, outstanding)
  const toSend = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  const sent = outstanding.reduce((sum, chunk) => sum + chunk.ids.length, 0)
  return { outstanding, chunks, skipped: input.ids.filter(checkpoint.has).length, total: toSend + sent }
}

const announce = ({ input, files, options }: RunJob, { outstanding, chunks, skipped }: Plan) => {
  if (skipped > 0) console.error(`${skipped} of ${input.ids.length} records are processed already.`)
  if (outstanding.length > 0)
    console.error(`${outstanding.length} batches of an earlier run are taken up again.`)
  const moved = outstanding.find((chunk) => chunk.baseUrl !== options.baseUrl)
  if (moved) console.error(`They were sent to ${moved.baseUrl}; ${options.baseUrl} is asked for them now.`)
  if (chunks.length === 0 && outstanding.length === 0 && input.ids.length > 0)
    console.error(`Nothing is left to send. To start over, remove ${files.checkpoint}.`)
}

interface Ended {
  readonly tally: Tally
  readonly seconds: number
  readonly timedOut: number
  readonly signal: NodeJS.Signals | undefined
  readonly error: unknown
}

const work = async (job: RunJob, settings: RequestSettings, state: State, plan: Plan): Promise<Ended> => {
  const { options } = job
  const started = performance.now()
  const abort = new AbortController()
  const interrupt = onInterrupt(() => abort.abort())
  const tally = createTally(plan.total)
  const report = reportProgress(tally.progress)
  let timedOut = 0
  const note = (outcome: string) => {
    if (outcome === 'timed_out') timedOut++
  }
  const chunkWork = chunkWorkOf(job, settings, state, { tally, report, signal: abort.signal })
  let error: unknown
  try {
    await inParallel(
      [
        ...plan.outstanding.map((sent) => async () => note(await resumeChunk(sent, chunkWork))),
        ...plan.chunks.map((chunk) => async () => note(await sendChunk(chunk, chunkWork))),
      ],
      { parallel: options.parallel, abort },
    )
  } catch (caught) {
    error = caught
  } finally {
    report.stop()
    interrupt.dispose()
  }
  return { tally, seconds: (performance.now() - started) / 1000, timedOut, signal: interrupt.signal(), error }
}

const chunkWorkOf = (
  { client, options, input }: RunJob,
  settings: RequestSettings,
  { log, work, checkpoint }: State,
  live: { readonly tally: Tally; readonly report: ProgressReport; readonly signal: AbortSignal },
): ChunkWork => ({
  client,
  baseUrl: options.baseUrl,
  log,
  work,
  checkpoint,
  signal: live.signal,
  waitMsMax: options.timeout,
  idsOf: (chunk) => chunk.flatMap((place) => input.ids[place] ?? []),
  bodyOf: async (ids) => {
    // An id that is gone makes a shorter body, and so another hash, which is what is compared.
    const places = ids.flatMap((id) => input.places.get(id) ?? [])
    return chunkBody(await readRecords(input, places, settings.prompt), settings)
  },
  onProgress: live.tally.note,
  onFinished: live.tally.finish,
  say: live.report.say,
})

const conclude = async (job: RunJob, state: State, plan: Plan, ended: Ended): Promise<ExitCode> => {
  const { files, input, options } = job
  const finished = ended.error === undefined && ended.timedOut === 0 && ended.signal === undefined
  const merged = finished ? await state.work.writeInOrder(input.ids) : undefined
  const exitCode = exitCodeOf(ended, merged?.failed ?? 0)
  const summary = summarise(ended.tally.finished, ended.seconds)
  if (options.json)
    console.log(
      JSON.stringify({
        ...summaryJson(summary),
        skipped: plan.skipped,
        output: files.output,
        exit_code: exitCode,
      }),
    )
  else if (plan.total > 0) console.log(summaryTable([{ title: '', summary }]))
  if (merged) console.error(`${merged.written} results, ${merged.failed} of them failures: ${files.output}`)
  else explain(ended, files)
  return exitCode
}

const exitCodeOf = ({ error, signal, timedOut }: Ended, failed: number): ExitCode => {
  if (signal !== undefined) return exitCodes.unfinished
  if (error instanceof SheepfoldError)
    return isTransient(error) || error.status === 401 || error.status === 403
      ? exitCodes.unreachable
      : exitCodes.usage
  if (error !== undefined) return exitCodes.usage
  if (timedOut > 0) return exitCodes.unfinished
  return failed > 0 ? exitCodes.someFailed : exitCodes.ok
}

const explain = ({ error, signal }: Ended, files: RunFiles) => {
  if (signal !== undefined) console.error(`Stopped by ${signal}.`)
  else if (error !== undefined) console.error(`sheepfold: ${error instanceof Error ? error.message : error}`)
  console.error(
    'What was sent goes on at the server. The same command goes on from here and sends nothing twice; ' +
      `results so far: ${files.work}`,
  )
}
