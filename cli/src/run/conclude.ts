import { type ExitCode, exitCodeOfError, exitCodes } from '../exit-codes.ts'
import { summarise, summaryJson } from '../report/summary.ts'
import { summaryTable } from '../report/table.ts'
import type { RunJob, State } from './job.ts'
import type { Phase } from './phase.ts'
import type { InOrder } from './results/work-file.ts'
import { writeOutput } from './results/write-output.ts'
import type { RunFiles } from './run-files.ts'

export interface Ended {
  readonly phases: readonly Phase[]
  /** Records that an earlier run had answers for. */
  readonly skipped: number
  /** Nobody said yes after the sample. */
  readonly notConfirmed?: boolean
  /** More for the summary of machines. */
  readonly figures?: Readonly<Record<string, unknown>>
}

/** Writes the output where all is done or a limit stopped it, tells the figures and what comes next. */
export const conclude = async (job: RunJob, state: State, ended: Ended): Promise<ExitCode> => {
  const { files, input, options } = job
  const { phases } = ended
  const open = phases.find(({ unfinished }) => unfinished)
  const isWritten =
    !ended.notConfirmed && (open === undefined || (open.limit !== undefined && !isBroken(open)))
  const merged = isWritten ? await writeResults(job, state) : undefined
  const exitCode = exitCodeOf(ended, open, merged?.failed ?? 0)
  const summary = summarise(
    phases.flatMap(({ finished }) => finished),
    phases.reduce((sum, { seconds }) => sum + seconds, 0),
  )
  if (options.json) {
    const stopped = open?.limit === undefined ? {} : { stopped: open.limit }
    const { skipped, figures = {} } = ended
    console.log(
      JSON.stringify({
        ...summaryJson(summary),
        ...figures,
        ...stopped,
        skipped,
        output: files.output,
        exit_code: exitCode,
      }),
    )
  } else if (phases.some(({ total }) => total > 0)) console.log(summaryTable([{ title: '', summary }]))
  for (const [cause, count] of summary.errors) console.error(`${count} failed: ${cause}`)
  if (merged) console.error(`${merged.written} results, ${merged.failed} of them failures: ${files.output}`)
  if (merged && open)
    console.error(`${input.ids.length - merged.written} records have no result yet; the next run sends them.`)
  if (open && !merged) explain(open, files)
  return exitCode
}

const writeResults = async ({ files, input, options, settings }: RunJob, state: State): Promise<InOrder> => {
  const merged = await state.work.writeInOrder(input.ids)
  await writeOutput(files, input, { join: options.join, answers: settings.schema?.columns ?? new Map() })
  return merged
}

/** Ended by something else than a limit, or by that too. */
const isBroken = ({ error, signal, timedOut }: Phase) =>
  error !== undefined || signal !== undefined || timedOut > 0

const exitCodeOf = ({ notConfirmed }: Ended, open: Phase | undefined, failed: number): ExitCode => {
  if (open?.signal !== undefined) return exitCodes.unfinished
  if (open?.error !== undefined) return exitCodeOfError(open.error)
  if (open !== undefined && open.timedOut > 0) return exitCodes.unfinished
  if (open !== undefined) return exitCodes.limitReached
  if (notConfirmed) return exitCodes.notConfirmed
  return failed > 0 ? exitCodes.someFailed : exitCodes.ok
}

const explain = ({ error, signal }: Phase, files: RunFiles) => {
  if (signal !== undefined) console.error(`Stopped by ${signal}.`)
  else if (error !== undefined) console.error(`sheepfold: ${error instanceof Error ? error.message : error}`)
  console.error(
    'What was sent goes on at the server. The same command goes on from here and sends nothing twice; ' +
      `results so far: ${files.work}`,
  )
}
