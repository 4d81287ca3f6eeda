import type { ResponseHeaders } from '../../provider/call.ts'
import { Rate } from './rate.ts'
import { type RateHint, readRateHint } from './rate-headers.ts'
import type { Lane } from './waiters.ts'

/** Requests and tokens a minute, as configured and as the provider's headers tell. */
export interface Pacing {
  /** Milliseconds until the next call of the lane may start; 0 is now. */
  waitMs(lane: Lane, now: number): number
  /** Interactive calls have taken no more than their share of every rate. */
  hasShare(now: number): boolean
  took(lane: Lane, tokens: number, now: number): void
  learn(headers: ResponseHeaders, now: number): void
  /** No call before then: the provider asked for it. */
  pause(until: number): void
  /** The end of the pause that the provider asked for, where one lasts. */
  pausedUntil(now: number): number | undefined
  /** Other configured rates from now on. */
  adjust(configured: ConfiguredRates, now: number): void
  learned(): LearnedRates
}

export interface LearnedRates {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
}

export interface ConfiguredRates extends LearnedRates {
  /** The part of each rate, from 0 to 1, that is for interactive calls. */
  readonly interactiveShare: number
}

export const createPacing = (given: {
  configured: ConfiguredRates
  learned?: LearnedRates
  now: number
}): Pacing => {
  const { configured, learned, now } = given
  const rateOf = (name: keyof LearnedRates): Rate =>
    new Rate(
      { configured: configured[name], learnt: learned?.[name], share: configured.interactiveShare },
      now,
    )
  const requests = rateOf('requestsPerMinute')
  const tokens = rateOf('tokensPerMinute')
  let pauseEnd = Number.NEGATIVE_INFINITY

  const pause = (until: number): void => {
    pauseEnd = Math.max(pauseEnd, until)
  }

  const apply = (rate: Rate, hint: RateHint | undefined, at: number): void => {
    if (!hint) return
    rate.learn(hint, at)
    if (hint.remaining === 0 && hint.resetMs !== undefined) pause(at + hint.resetMs)
  }

  return {
    pause,
    waitMs: (lane, at) => Math.max(pauseEnd - at, requests.waitMs(lane, at), tokens.waitMs(lane, at), 0),
    hasShare: (at) => requests.hasShare(at) && tokens.hasShare(at),
    took(lane, count, at) {
      requests.took(lane, 1, at)
      tokens.took(lane, count, at)
    },
    learn(headers, at) {
      apply(requests, readRateHint(headers, 'requests'), at)
      apply(tokens, readRateHint(headers, 'tokens'), at)
    },
    pausedUntil: (at) => (pauseEnd > at ? pauseEnd : undefined),
    adjust(rates, at) {
      requests.configure(rates.requestsPerMinute, rates.interactiveShare, at)
      tokens.configure(rates.tokensPerMinute, rates.interactiveShare, at)
    },
    learned() {
      const requestsPerMinute = requests.learnedLimit()
      const tokensPerMinute = tokens.learnedLimit()
      return {
        ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
        ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
      }
    },
  }
}
