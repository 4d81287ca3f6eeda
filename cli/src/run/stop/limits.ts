import { type NanoUsd, roundUsd } from '@sheepfold/client'

export interface Limits {
  readonly maxCost?: NanoUsd
  /** From 0 to 1. */
  readonly maxErrorShare?: number
}

export interface Spending {
  readonly done: number
  /** Of those that are done. */
  readonly failed: number
  /** Of what is told so far. */
  readonly costAtLeast: NanoUsd
  /** Whether the cost of each batch that has ended is known. */
  readonly isTold: boolean
}

/** The first failure of two requests is no half of a thousand: a share is judged from so many on. */
const judgedFrom = 20

/** Which limit is exceeded, in words, or undefined. */
export const exceeded = (limits: Limits, spending: Spending): string | undefined =>
  costExceeded(limits, spending) ?? shareExceeded(limits, spending)

const costExceeded = ({ maxCost }: Limits, { costAtLeast, isTold }: Spending): string | undefined => {
  if (maxCost === undefined) return undefined
  if (costAtLeast > maxCost)
    return `the cost so far, $${roundUsd(costAtLeast, 6)}, is above --max-cost ${roundUsd(maxCost, 2)}`
  return isTold
    ? undefined
    : 'the server does not tell what it costs, so --max-cost needs --input-price and --output-price'
}

const shareExceeded = ({ maxErrorShare }: Limits, { done, failed }: Spending): string | undefined =>
  maxErrorShare !== undefined && done >= judgedFrom && failed / done > maxErrorShare
    ? `${failed} of ${done} requests failed, which is above --max-error-share ${maxErrorShare}`
    : undefined
