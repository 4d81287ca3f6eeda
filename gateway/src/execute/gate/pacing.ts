import type { ResponseHeaders } from '../../provider/call.ts'
import type { RateHint, RateReader, RateUnit } from '../../provider/rates.ts'
import { Rate } from './rate.ts'
import type { Lane } from './waiters.ts'

/** Requests and tokens a minute, as configured and as the provider's headers tell. */
export interface Pacing {
  /** Milliseconds until the next call of the lane may start; 0 is now. */
  waitMs(lane: Lane, now: number): number
  /** Interactive calls have taken no more than their share of every rate. */
  hasShare(now: number): boolean
  took(lane: Lane, tokens: CallTokens, now: number): void
  learn(headers: ResponseHeaders, now: number): void
  /** No call before then: the provider asked for it. */
  pause(until: number): void
  /** The end of the pause that the provider asked for, where one lasts. */
  pausedUntil(now: number): number | undefined
  /** Other configured rates from now on. */
  adjust(configured: ConfiguredRates, now: number): void
  learned(): LearnedRates
}

/** What one call will take, on average: parts of tokens are well. */
export interface CallTokens {
  readonly input: number
  readonly output: number
}

export interface LearnedRates {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** Of providers that limit each side by itself. */
  readonly inputTokensPerMinute?: number
  readonly outputTokensPerMinute?: number
}

export interface ConfiguredRates extends Pick<LearnedRates, 'requestsPerMinute' | 'tokensPerMinute'> {
  /** The part of each rate, from 0 to 1, that is for interactive calls. */
  readonly interactiveShare: number
}

export const createPacing = (given: {
  configured: ConfiguredRates
  learned?: LearnedRates
  /** Absent where the provider's headers tell nothing. */
  rates?: RateReader
  now: number
}): Pacing => {
  const { learned, rates, now } = given
  const paced = new Map(
    unitsOf(rates).map((unit): [RateUnit, Rate] => [
      unit,
      new Rate(
        {
          configured: configuredRate(given.configured, unit),
          learnt: learned?.[NAMES[unit]],
          share: given.configured.interactiveShare,
        },
        now,
      ),
    ]),
  )
  // Walked thousands of times a second.
  const units = [...paced.entries()]
  let pauseEnd = Number.NEGATIVE_INFINITY

  const pause = (until: number): void => {
    pauseEnd = Math.max(pauseEnd, until)
  }

  const apply = (rate: Rate, hint: RateHint, at: number): void => {
    rate.learn(hint, at)
    if (hint.remaining === 0 && hint.resetMs !== undefined) pause(at + hint.resetMs)
  }

  return {
    pause,
    waitMs(lane, at) {
      let wait = Math.max(pauseEnd - at, 0)
      for (const [, rate] of units) wait = Math.max(wait, rate.waitMs(lane, at))
      return wait
    },
    hasShare: (at) => units.every(([, rate]) => rate.hasShare(at)),
    took(lane, tokens, at) {
      for (const [unit, rate] of units) rate.took(lane, amountOf(tokens, unit), at)
    },
    learn(headers, at) {
      if (!rates) return
      for (const unit of rates.units) {
        const hint = rates.read(headers, unit)
        const rate = hint && paced.get(unit)
        if (rate) apply(rate, hint, at)
      }
    },
    pausedUntil: (at) => (pauseEnd > at ? pauseEnd : undefined),
    adjust(configured, at) {
      for (const [unit, rate] of units)
        rate.configure(configuredRate(configured, unit), configured.interactiveShare, at)
    },
    learned: () =>
      Object.fromEntries(
        units.flatMap(([unit, rate]) => {
          const limit = rate.learnedLimit()
          return limit === undefined ? [] : [[NAMES[unit], limit]]
        }),
      ),
  }
}

const NAMES: Readonly<Record<RateUnit, keyof LearnedRates>> = {
  requests: 'requestsPerMinute',
  tokens: 'tokensPerMinute',
  inputTokens: 'inputTokensPerMinute',
  outputTokens: 'outputTokensPerMinute',
}

/** What may be configured is always paced; what else there is, only where the provider may tell of it. */
const unitsOf = (rates: RateReader | undefined): readonly RateUnit[] => [
  ...new Set<RateUnit>(['requests', 'tokens', ...(rates?.units ?? [])]),
]

const configuredRate = (configured: ConfiguredRates, unit: RateUnit): number | undefined => {
  if (unit === 'requests') return configured.requestsPerMinute
  return unit === 'tokens' ? configured.tokensPerMinute : undefined
}

const amountOf = ({ input, output }: CallTokens, unit: RateUnit): number => {
  switch (unit) {
    case 'requests':
      return 1
    case 'tokens':
      return Math.ceil(input + output)
    case 'inputTokens':
      return input
    case 'outputTokens':
      return output
  }
}
