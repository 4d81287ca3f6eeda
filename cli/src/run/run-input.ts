import type { ExitCode } from '../exit-codes.ts'
import type { SentChunk } from './chunk-log.ts'
import { conclude } from './conclude.ts'
import { openState, type Plan, type RunJob, type State } from './job.ts'
import { runPhase } from './phase.ts'
import { planChunks } from './plan.ts'
import { chooseSample, concludeSample } from './sample/sample.ts'

/** An input without faults, under the lock: sends what is missing, collects what is there, puts it in order. */
export const runInput = async (job: RunJob): Promise<ExitCode> => {
  const state = await openState(job.files)
  try {
    const outstanding = outstandingOf(job, state)
    const failed = job.options.retryFailed ? await state.work.failedIds() : undefined
    const plan = (isMeant: (id: string) => boolean): Plan => planWork(job, state, outstanding, isMeant)
    const whole = plan((id) => failed?.has(id) ?? true)
    announce(job, whole)
    if (job.options.sample === undefined) {
      const phase = await runPhase(job, state, whole)
      return await conclude(job, state, { phases: [phase], skipped: whole.skipped })
    }
    const sample = chooseSample(job.input, job.options.sample, job.options.seed)
    const first = await runPhase(
      job,
      state,
      plan((id) => sample.has(id)),
    )
    const left = planWork(job, state, [], () => true)
    const end = await concludeSample(job, state, { sample, phase: first, left })
    if (end !== undefined) return end
    const phases = first.unfinished ? [first] : [first, await runPhase(job, state, left, [first])]
    return await conclude(job, state, { phases, skipped: whole.skipped })
  } finally {
    state.log.close()
    state.work.close()
  }
}

/** Of OpenAI's dialect, a chunk that was never uploaded made no batch: its records are planned anew. */
const outstandingOf = ({ api }: RunJob, { log }: State): SentChunk[] => {
  const [foreign] = log.outstanding.filter((chunk) => chunk.api !== api.name)
  if (foreign)
    throw new Error(
      `Batches of an earlier run were sent with --api ${foreign.api}; run once with that to collect them.`,
    )
  return log.outstanding.filter((chunk) => {
    const isNowhere = chunk.api === 'openai' && chunk.fileId === undefined && chunk.batchId === undefined
    if (isNowhere) log.ended(chunk)
    return !isNowhere
  })
}

const planWork = (
  { input, options, api }: RunJob,
  { checkpoint }: State,
  outstanding: readonly SentChunk[],
  isMeant: (id: string) => boolean,
): Plan => {
  const limits = { ...api.limits, recordsMax: options.chunk ?? api.limits.recordsMax }
  const chunks = planChunks(input, { ...limits, isProcessed: checkpoint.has, outstanding, isMeant })
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
  if (chunks.length > 0 || outstanding.length > 0 || input.ids.length === 0) return
  if (options.retryFailed) console.error(`No record of ${files.output} has failed; nothing is left to send.`)
  else console.error(`Nothing is left to send. To start over, remove ${files.checkpoint}.`)
}
