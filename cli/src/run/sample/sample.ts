import { parseUsd } from '@sheepfold/client'
import type { ExitCode } from '../../exit-codes.ts'
import { conclude } from '../conclude.ts'
import type { Input } from '../input/scan.ts'
import type { Plan, RunJob, State } from '../job.ts'
import type { Phase } from '../phase.ts'
import type { ResultLine } from '../results/result-line.ts'
import { askYes } from './ask.ts'
import { drawPlaces } from './draw.ts'
import { estimateJson, estimateText, extrapolate, type WholeEstimate } from './extrapolate.ts'

export const chooseSample = (input: Input, count: number, seed: number | undefined): ReadonlySet<string> =>
  new Set(drawPlaces(input.ids.length, count, seed).flatMap((place) => input.ids[place] ?? []))

export interface SampleEnd {
  readonly sample: ReadonlySet<string>
  readonly phase: Phase
  /** What is to be sent after it. */
  readonly left: Plan
}

/** Shows the answers and what the rest would cost, and asks. An exit code where this is the end. */
export const concludeSample = async (
  job: RunJob,
  state: State,
  { sample, phase, left }: SampleEnd,
): Promise<ExitCode | undefined> => {
  if (phase.unfinished || left.total === 0) return undefined
  const lines = (await state.work.read([...sample])).map((text): ResultLine => JSON.parse(text))
  const estimate = estimateOf(job, lines, phase, left)
  for (const line of lines) console.error(shownLine(line))
  console.error(estimateText(estimate))
  if (await isConfirmed(job)) return undefined
  const figures = { estimate: estimateJson(estimate) }
  return conclude(job, state, { phases: [phase], skipped: left.skipped, notConfirmed: true, figures })
}

const estimateOf = (
  { pricing, options }: RunJob,
  lines: readonly ResultLine[],
  phase: Phase,
  left: Plan,
): WholeEstimate =>
  extrapolate({
    lines,
    costOf: ({ cost, usage }) => (cost === null ? pricing.costOf(usage) : parseUsd(cost)),
    seconds: phase.total > 0 ? phase.seconds : undefined,
    records: left.total,
    batches: left.chunks.length,
    parallel: options.parallel,
  })

const charactersShown = 300

const shownLine = ({ custom_id, status, output, error }: ResultLine): string => {
  const text = (status === 'succeeded' ? output : `${status}: ${error?.message ?? ''}`) ?? ''
  const short = text.length > charactersShown ? `${text.slice(0, charactersShown)}…` : text
  return `── ${custom_id}\n${short}`
}

/** Without a terminal nobody can say yes: then only `--yes` does. */
const isConfirmed = async ({ options, files }: RunJob): Promise<boolean> => {
  if (options.yes) return true
  if (process.stdin.isTTY && process.stderr.isTTY) return askYes('Send the rest? [y/N] ')
  console.error(`Not sent without a yes: run the same with --yes. These answers are kept in ${files.work}.`)
  return false
}
