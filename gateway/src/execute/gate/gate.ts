import type { Clock } from '../../clock/clock.ts'
import type { CallOutcome } from '../../provider/call.ts'
import type { DeploymentLimits } from '../../provider/deployment.ts'
import type { Failure } from '../../provider/failure.ts'
import type { Verdict } from '../../provider/verdict.ts'
import { RETRY_TABLE } from '../realtime/retry-table.ts'
import { createBreaker, type Sign } from './breaker.ts'
import { createConcurrency, type LearnedConcurrency } from './concurrency.ts'
import { createPacing, type LearnedRates } from './pacing.ts'
import { createWaiters, type Lane, type Watcher } from './waiters.ts'

export type { Lane, Watcher } from './waiters.ts'

/** Decides when a deployment may be called next. One for each deployment, used by every path to it. */
export interface Gate {
  /** Whether `tryEnter` would let a call in now. */
  canEnter(lane: Lane): boolean
  /** Lets one call in, or nothing. Never waits: it runs thousands of times a second. */
  tryEnter(lane: Lane, tokens: number): Permit | undefined
  /** Calls back, once each time that it is asked to wait, as soon as entering may succeed. */
  watch(lane: Lane, callback: () => void): Watcher
  state(): GateState
  /** How many calls it would have in flight now. */
  limit(): number
  /** Other limits from now on: what was learnt stays, and so do the calls in flight, also above a lower limit. */
  adjust(limits: GateLimits): void
  /** What is worth keeping over a restart. */
  learned(): Learned
}

/** Exactly one of the two is called, once. */
export interface Permit {
  /** The call is over. The gate learns from how it ended and from the provider's headers. */
  done(outcome: CallOutcome, verdict: Verdict): void
  /** No call was made after all. */
  unused(): void
}

export interface GateState {
  /** `paused`: the provider asked for it. `tripped`: too many calls failed. `shut`: key, quota or model. */
  readonly state: 'open' | 'paused' | 'tripped' | 'shut'
  readonly reason?: string
  /** Wall-clock milliseconds; when it is next tried. */
  readonly until?: number
  readonly limit: number
  readonly inFlight: number
  readonly waiting: number
}

export type Learned = LearnedConcurrency & LearnedRates

export type GateLimits = Pick<
  DeploymentLimits,
  'concurrencyMax' | 'concurrencyInitial' | 'requestsPerMinute' | 'tokensPerMinute' | 'interactiveShare'
>

export const createGate = (given: { clock: Clock; limits: GateLimits; learned?: Learned }): Gate => {
  const { clock, learned } = given
  let { limits } = given
  const known = learned === undefined ? {} : { learned }
  const concurrency = createConcurrency({
    initial: limits.concurrencyInitial,
    max: limits.concurrencyMax,
    ...known,
  })
  const pacing = createPacing({ configured: limits, now: clock.monotonic(), ...known })
  const breaker = createBreaker()
  const waiters = createWaiters()
  const inFlight: Record<Lane, number> = { interactive: 0, batch: 0 }
  let waking = false
  let timer: { readonly at: number; readonly cancel: () => void } | undefined

  const isFull = (lane: Lane): boolean => {
    const limit = concurrency.current()
    if (inFlight.interactive + inFlight.batch >= limit) return true
    return (
      lane === 'batch' && inFlight.batch >= Math.max(1, Math.floor(limit * (1 - limits.interactiveShare)))
    )
  }

  /** Infinite where only the end of a call can change it. */
  const waitMs = (lane: Lane, now: number): number =>
    isFull(lane) ? Number.POSITIVE_INFINITY : Math.max(breaker.waitMs(now), pacing.waitMs(now))

  const isReady = (lane: Lane): boolean => waitMs(lane, clock.monotonic()) === 0

  const wake = (): void => {
    if (waking || waiters.count() === 0) return
    waking = true
    try {
      waiters.callReady(isReady)
    } finally {
      waking = false
    }
    armTimer()
  }

  const armTimer = (): void => {
    const now = clock.monotonic()
    const forLane = (lane: Lane): number => (waiters.has(lane) ? waitMs(lane, now) : Number.POSITIVE_INFINITY)
    // Not less than 1 ms: one who is called, does not enter and waits again must not spin.
    const ms = Math.max(1, Math.min(forLane('interactive'), forLane('batch')))
    if (ms === Number.POSITIVE_INFINITY || (timer && timer.at <= now + ms)) return
    timer?.cancel()
    const cancel = clock.after(Math.ceil(ms), () => {
      timer = undefined
      wake()
    })
    timer = { at: now + ms, cancel }
  }

  const permit = (lane: Lane): Permit => {
    const ticket = concurrency.entered()
    const breakerTicket = breaker.entered()
    let isOver = false
    const leave = (): void => {
      if (isOver) throw new Error('a permit was given back twice')
      isOver = true
      inFlight[lane] -= 1
    }
    return {
      done(outcome, verdict) {
        leave()
        const now = clock.monotonic()
        if (outcome.kind === 'answer') pacing.learn(outcome.headers, now)
        if (verdict.kind === 'failure') {
          if (RETRY_TABLE[verdict.class].lowersConcurrency) concurrency.throttled(ticket)
          if (verdict.retryAfterMs !== undefined) pacing.pause(now + verdict.retryAfterMs)
        }
        const sign = signOf(verdict)
        if (sign === 'well') concurrency.succeeded(ticket)
        breaker.done(breakerTicket, sign, now)
        wake()
      },
      unused() {
        leave()
        breaker.done(breakerTicket, 'nothing', clock.monotonic())
        wake()
      },
    }
  }

  return {
    canEnter: isReady,
    limit: concurrency.current,
    tryEnter(lane, tokens) {
      if (isFull(lane)) {
        concurrency.full()
        return undefined
      }
      const now = clock.monotonic()
      if (breaker.waitMs(now) > 0 || pacing.waitMs(now) > 0) return undefined
      inFlight[lane] += 1
      pacing.took(tokens, now)
      const entered = permit(lane)
      if (isFull(lane)) concurrency.full()
      return entered
    },
    watch(lane, callback) {
      const watcher = waiters.watcher(lane, callback)
      return {
        wait() {
          watcher.wait()
          if (!waking) armTimer()
        },
        cancel: () => watcher.cancel(),
      }
    },
    state() {
      const now = clock.monotonic()
      const counts = {
        limit: concurrency.current(),
        inFlight: inFlight.interactive + inFlight.batch,
        waiting: waiters.count(),
      }
      const wall = (until: number): number => Math.round(clock.now() + Math.max(0, until - now))
      const broken = breaker.state()
      if (broken.kind !== 'closed') {
        return { state: broken.kind, reason: broken.reason, until: wall(broken.until), ...counts }
      }
      const until = pacing.pausedUntil(now)
      if (until === undefined) return { state: 'open', ...counts }
      return { state: 'paused', reason: 'the provider asked to wait', until: wall(until), ...counts }
    },
    adjust(changed) {
      limits = changed
      concurrency.adjust({ initial: limits.concurrencyInitial, max: limits.concurrencyMax })
      pacing.adjust(limits, clock.monotonic())
      wake()
    },
    learned: () => ({ ...concurrency.learned(), ...pacing.learned() }),
  }
}

const signOf = (verdict: Verdict): Sign => (verdict.kind === 'success' ? 'well' : signOfFailure(verdict))

/** A refusal of one request shows a provider at work; being throttled or stopped by us shows nothing. */
const signOfFailure = (failure: Failure): Sign => {
  const { retry, countsForBreaker, text } = RETRY_TABLE[failure.class]
  if (retry === 'close_deployment') return { shut: `${text} ${failure.code}: ${failure.message}` }
  if (countsForBreaker) return 'ill'
  return retry === 'never' ? 'well' : 'nothing'
}
