import { type BatchResults, parseUsd } from '@sheepfold/client'
import type { Simulator } from '@sheepfold/simulator'
import { expect } from 'vitest'

/** One request of a test, and what the provider is asked for it. */
export interface JobRequest {
  readonly custom_id: string
  readonly prompt: string
}

/** `count` requests that differ from each other and from those of any other name. */
export const jobRequests = (name: string, count: number): JobRequest[] =>
  Array.from({ length: count }, (_, index) => ({
    custom_id: `${name}-${index}`,
    prompt: `Document ${index} of ${name}: summarise it in one sentence.`,
  }))

/** The model of ours that tests ask for, and what the configuration's catalogue sends for it. */
const MODEL = 'batch-4.1'
const PROVIDER_MODEL = 'gpt-4.1'
/** Its batch price: 2.00 USD for a million tokens of any kind. */
const NANO_USD_PER_TOKEN = 2_000n

export const createBody = (requests: readonly JobRequest[], more: object = {}): string =>
  JSON.stringify({ model: MODEL, tasks: requests, ...more })

/** The text that the simulator answers to this very request. */
export const answerTo = (simulator: Simulator, { prompt }: JobRequest): string =>
  simulator.expectedAnswer({ model: PROVIDER_MODEL, messages: [{ role: 'user', content: prompt }] })

/** Each request has its own right answer, once, in the order of the input. */
export const expectAllAnswered = (
  { results }: BatchResults,
  requests: readonly JobRequest[],
  simulator: Simulator,
): void => {
  expect(results.map(({ custom_id }) => custom_id)).toEqual(requests.map(({ custom_id }) => custom_id))
  const wrong = results.filter((result, index) => {
    const request = requests[index]
    if (request === undefined || result.status !== 'succeeded' || result.error !== null) return true
    return result.output !== answerTo(simulator, request)
  })
  expect(wrong).toEqual([])
}

/** Nano-USD of all results, each of which must cost what its tokens cost. */
export const sumOfCosts = ({ results }: BatchResults): bigint => {
  let sum = 0n
  for (const { custom_id, cost, usage } of results) {
    const amount = parseUsd(cost ?? '')
    const tokens = BigInt(usage?.total_tokens ?? 0)
    expect(amount, custom_id).toBe(tokens * NANO_USD_PER_TOKEN)
    sum += amount ?? 0n
  }
  return sum
}
