import type { Clock } from '../../clock/clock.ts'
import type { CallOutcome } from '../../provider/call.ts'
import type { DeploymentLimits } from '../../provider/deployment.ts'
import type { Failure, FailureClass } from '../../provider/failure.ts'
import type { RateReader } from '../../provider/rates.ts'
import type { Verdict } from '../../provider/verdict.ts'
import { RETRY_TABLE } from '../realtime/retry-table.ts'
import { createBreaker, type Sign } from './breaker.ts'
import { createConcurrency, type LearnedConcurrency } from './concurrency.ts'
import { createLanes } from './lanes.ts'
import { type CallTokens, createPacing, type LearnedRates } from './pacing.ts'
import { createWaiters, type Lane, otherLane, type Watcher } from './waiters.ts'

export type { CallTokens } from './pacing.ts'
export type { Lane, Watcher } from './waiters.ts'

/** Decides when a deployment may be called next. One for each deployment, used by every path to it. */
export interface Gate {
  /** Whether `tryEnter` would let a call in now. */
  canEnter(lane: Lane): boolean
  /** Lets one call in, or nothing. Never waits: it runs thousands of times a second. */
  tryEnter(lane: Lane, tokens: CallTokens): Permit | undefined
  /** Calls back, once each time that it is asked to wait, as soon as entering may succeed. */
  watch(lane: Lane, callback: () => void): Watcher
  state(): GateState
  /** How many calls it would have in flight now. */
  limit(): number
  /** Interactive calls were in flight or waited within the last second. */
  isInteractive(): boolean
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
  /** Of the call that shut it: the reason in a word of ours. */
  readonly class?: FailureClass
  /** Wall-clock milliseconds; when it is next tried. */
  readonly until?: number
  readonly limit: number
  readonly inFlight: number
  readonly waiting: number
  readonly lanes: Readonly<Record<Lane, LaneState>>
}

export interface LaneState {
  readonly inFlight: number
  readonly waiting: number
}

export type Learned = LearnedConcurrency & LearnedRates

export type GateLimits = Pick<
  DeploymentLimits,
  'concurrencyMax' | 'concurrencyInitial' | 'requestsPerMinute' | 'tokensPerMinute' | 'interactiveShare'
>

export const createGate = (given: {
  clock: Clock
  limits: GateLimits
  learned?: Learned
  /** How the provider tells of its rates; absent where it does not. */
  rates?: RateReader
}): Gate => {
  const { clock, learned, rates } = given
  let { limits } = given
  const known = learned === undefined ? {} : { learned }
  const concurrency = createConcurrency({
    initial: limits.concurrencyInitial,
    max: limits.concurrencyMax,
    ...known,
  })
  const pacing = createPacing({
    configured: limits,
    now: clock.monotonic(),
    ...known,
    ...(rates ? { rates } : {}),
  })
  const breaker = createBreaker()
  const waiters = createWaiters()
  const lanes = createLanes(() => limits.interactiveShare)
  let waking = false
  let timer: { readonly at: number; readonly cancel: () => void } | undefined

  const isFull = (lane: Lane, now: number): boolean => lanes.waitMs(lane, concurrency.current(), now) > 0

  /** Infinite where only the end of a call can change it. */
  const waitMs = (lane: Lane, now: number): number =>
    Math.max(lanes.waitMs(lane, concurrency.current(), now), breaker.waitMs(now), pacing.waitMs(lane, now))

  const isReady = (lane: Lane): boolean => waitMs(lane, clock.monotonic()) === 0

  const isInteractiveWithinShare = (now: number): boolean =>
    lanes.isInteractiveBelowShare(concurrency.current()) && pacing.hasShare(now)

  /**
   * The lane that is below its share goes first: interactive calls up to theirs, then batches. So neither
   * starves: what either has of its share comes back to it as its calls end and its rate is refilled. Where
   * nothing is kept for interactive calls, because it is not wanted or one place cannot be shared, both take
   * turns.
   */
  const turnAfter = (last: Lane): Lane => {
    if (isInteractiveWithinShare(clock.monotonic())) return 'interactive'
    return lanes.isShared(concurrency.current()) ? 'batch' : otherLane(last)
  }

  /** One who comes by while a batch waits for its turn must not take it, unless it is within its share. */
  const mustQueue = (lane: Lane, now: number): boolean =>
    lane === 'interactive' &&
    !waking &&
    waiters.count('batch') > 0 &&
    !isFull('batch', now) &&
    !isInteractiveWithinShare(now)

  const wake = (): void => {
    if (waking || waiters.count('interactive') + waiters.count('batch') === 0) return
    waking = true
    try {
      waiters.callReady(isReady, turnAfter)
    } finally {
      waking = false
    }
    armTimer()
  }

  const armTimer = (): void => {
    const now = clock.monotonic()
    const forLane = (lane: Lane): number =>
      waiters.count(lane) > 0 ? waitMs(lane, now) : Number.POSITIVE_INFINITY
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

  const noteDemand = (lane: Lane, now: number): void => {
    if (lane === 'interactive') lanes.waiting(waiters.count('interactive'), now)
  }

  const permit = (lane: Lane, enteredAt: number): Permit => {
    const ticket = concurrency.entered()
    const breakerTicket = breaker.entered()
    let isOver = false
    const leave = (now: number, answered: boolean): void => {
      if (isOver) throw new Error('a permit was given back twice')
      isOver = true
      lanes.left(lane, answered ? now - enteredAt : undefined)
      noteDemand(lane, now)
    }
    return {
      done(outcome, verdict) {
        const now = clock.monotonic()
        leave(now, verdict.kind === 'success')
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
        const now = clock.monotonic()
        leave(now, false)
        breaker.done(breakerTicket, 'nothing', now)
        wake()
      },
    }
  }

  const laneState = (lane: Lane): LaneState => ({
    inFlight: lanes.inFlight(lane),
    waiting: waiters.count(lane),
  })

  return {
    canEnter: (lane) => isReady(lane) && !mustQueue(lane, clock.monotonic()),
    limit: concurrency.current,
    isInteractive: () => lanes.isInteractive(clock.monotonic()),
    tryEnter(lane, tokens) {
      const now = clock.monotonic()
      if (isFull(lane, now)) {
        concurrency.full()
        return undefined
      }
      if (breaker.waitMs(now) > 0 || pacing.waitMs(lane, now) > 0 || mustQueue(lane, now)) return undefined
      lanes.entered(lane)
      noteDemand(lane, now)
      pacing.took(lane, tokens, now)
      const entered = permit(lane, now)
      if (isFull(lane, now)) concurrency.full()
      return entered
    },
    watch(lane, callback) {
      const watcher = waiters.watcher(lane, callback)
      return {
        wait() {
          watcher.wait()
          noteDemand(lane, clock.monotonic())
          if (!waking) armTimer()
        },
        cancel() {
          watcher.cancel()
          noteDemand(lane, clock.monotonic())
        },
      }
    },
    state() {
      const now = clock.monotonic()
      const interactive = laneState('interactive')
      const batch = laneState('batch')
      const counts = {
        limit: concurrency.current(),
        inFlight: interactive.inFlight + batch.inFlight,
        waiting: interactive.waiting + batch.waiting,
        lanes: { interactive, batch },
      }
      const wall = (until: number): number => Math.round(clock.now() + Math.max(0, until - now))
      const broken = breaker.state()
      if (broken.kind !== 'closed') {
        const { kind: state, until, ...why } = broken
        return { state, ...why, until: wall(until), ...counts }
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
  if (retry === 'close_deployment') {
    return { shut: `${text} ${failure.code}: ${failure.message}`, class: failure.class }
  }
  if (countsForBreaker) return 'ill'
  return retry === 'never' ? 'well' : 'nothing'
}
