import { formatUsd, type NanoUsd } from '@sheepfold/client'
import { clock } from '../../report/progress-bar.ts'
import { money } from '../../report/table.ts'
import type { ResultLine } from '../results/result-line.ts'

export interface WholeEstimate {
  /** Records that are left to send. */
  readonly records: number
  readonly cost: NanoUsd | undefined
  readonly tokens: number | undefined
  /** Each batch as long as the sample, as many at a time as the run sends. */
  readonly secondsMin: number | undefined
  /** At the pace of the sample alone. */
  readonly secondsMax: number | undefined
}

export interface SampleFigures {
  readonly lines: readonly ResultLine[]
  readonly costOf: (line: ResultLine) => NanoUsd | undefined
  /** Undefined where the sample was answered by an earlier run. */
  readonly seconds: number | undefined
  readonly records: number
  readonly batches: number
  readonly parallel: number
}

/** What the rest would take if it were like the sample. */
export const extrapolate = (sample: SampleFigures): WholeEstimate => {
  const { lines, costOf, seconds, records, batches, parallel } = sample
  const count = lines.length
  const tokens = lines.reduce((sum, { usage }) => sum + (usage?.total_tokens ?? 0), 0)
  const costs = lines.map((line) => (line.error && line.usage === null ? 0n : costOf(line)))
  const cost = costs.reduce(
    (sum, each) => (sum === undefined || each === undefined ? undefined : sum + each),
    0n,
  )
  const isKnown = count > 0
  return {
    records,
    cost: isKnown && cost !== undefined ? (cost * BigInt(records)) / BigInt(count) : undefined,
    tokens: isKnown && tokens > 0 ? Math.round((tokens * records) / count) : undefined,
    secondsMin: seconds === undefined ? undefined : seconds * Math.ceil(batches / parallel),
    secondsMax: seconds === undefined || !isKnown ? undefined : (seconds * records) / count,
  }
}

export const estimateText = ({ records, cost, tokens, secondsMin, secondsMax }: WholeEstimate): string => {
  const parts = [
    cost === undefined ? 'at a cost that the server does not tell' : `for about ${money(cost)}`,
    ...(tokens === undefined ? [] : [`${tokens.toLocaleString('en-US')} tokens`]),
    ...(secondsMin === undefined || secondsMax === undefined ? [] : [timeText(secondsMin, secondsMax)]),
  ]
  return `The other ${records.toLocaleString('en-US')} records, if they are like these: ${parts.join(', ')}.`
}

const timeText = (one: number, other: number) => {
  const [low, high] = one < other ? [one, other] : [other, one]
  return `in ${clock(low)} to ${clock(high)}`
}

export const estimateJson = ({ records, cost, tokens, secondsMin, secondsMax }: WholeEstimate) => ({
  records,
  cost: cost === undefined ? null : formatUsd(cost),
  tokens: tokens ?? null,
  seconds_min: secondsMin ?? null,
  seconds_max: secondsMax ?? null,
})
