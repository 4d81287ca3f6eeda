import type { ResponseHeaders } from '../../provider/call.ts'
import { type RateHint, readRateHint } from './rate-headers.ts'
import { TokenBucket } from './token-bucket.ts'

/** Requests and tokens a minute, as configured and as the provider's headers tell. */
export interface Pacing {
  /** Milliseconds until the next call may start; 0 is now. */
  waitMs(now: number): number
  took(tokens: number, now: number): void
  learn(headers: ResponseHeaders, now: number): void
  /** No call before then: the provider asked for it. */
  pause(until: number): void
  /** The end of the pause that the provider asked for, where one lasts. */
  pausedUntil(now: number): number | undefined
  /** Other configured rates from now on. */
  adjust(configured: LearnedRates, now: number): void
  learned(): LearnedRates
}

export interface LearnedRates {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
}

/**
 * A configured rate lets a second's worth through at once: a minute's worth on top of a minute's refill
 * would be twice the rate in the first minute.
 */
const CONFIGURED_BURST_PARTS = 60

/** One kind of unit: a bucket from the configuration, one learnt, either may be missing. */
class Rate {
  private configured: TokenBucket | undefined
  private learnt: TokenBucket | undefined
  private limit: number | undefined

  constructor(configured: number | undefined, learnt: number | undefined, now: number) {
    this.configure(configured, now)
    if (learnt !== undefined) this.learnLimit(learnt, now)
  }

  /** A bucket that stays keeps what is owed to it. */
  configure(perMinute: number | undefined, now: number): void {
    if (perMinute === undefined) {
      this.configured = undefined
      return
    }
    const rate = { perMinute, burst: Math.max(1, perMinute / CONFIGURED_BURST_PARTS) }
    if (this.configured) this.configured.resize(rate, now)
    else this.configured = new TokenBucket(rate, now)
  }

  waitMs(need: number, now: number): number {
    return Math.max(this.configured?.waitMs(need, now) ?? 0, this.learnt?.waitMs(need, now) ?? 0)
  }

  took(count: number, now: number): void {
    this.configured?.take(count, now)
    this.learnt?.take(count, now)
  }

  /** A minute's worth may go at once here: the provider itself says what is left of it. */
  learn(hint: RateHint, now: number): void {
    if (hint.limit !== undefined && hint.limit > 0) this.learnLimit(hint.limit, now)
    if (hint.remaining !== undefined) this.learnt?.lower(hint.remaining, now)
  }

  learnedLimit(): number | undefined {
    return this.limit
  }

  private learnLimit(limit: number, now: number): void {
    if (limit === this.limit) return
    this.limit = limit
    const rate = { perMinute: limit, burst: limit }
    if (this.learnt) this.learnt.resize(rate, now)
    else this.learnt = new TokenBucket(rate, now)
  }
}

export const createPacing = (given: {
  configured: LearnedRates
  learned?: LearnedRates
  now: number
}): Pacing => {
  const { configured, learned, now } = given
  const requests = new Rate(configured.requestsPerMinute, learned?.requestsPerMinute, now)
  const tokens = new Rate(configured.tokensPerMinute, learned?.tokensPerMinute, now)
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
    waitMs: (at) => Math.max(pauseEnd - at, requests.waitMs(1, at), tokens.waitMs(1, at), 0),
    took(count, at) {
      requests.took(1, at)
      tokens.took(count, at)
    },
    learn(headers, at) {
      apply(requests, readRateHint(headers, 'requests'), at)
      apply(tokens, readRateHint(headers, 'tokens'), at)
    },
    pausedUntil: (at) => (pauseEnd > at ? pauseEnd : undefined),
    adjust(rates, at) {
      requests.configure(rates.requestsPerMinute, at)
      tokens.configure(rates.tokensPerMinute, at)
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
