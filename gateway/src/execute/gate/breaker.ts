import type { FailureClass } from '../../provider/failure.ts'
import { FailureWindow } from './failure-window.ts'

/**
 * Whether a deployment is worth calling at all.
 *
 *             half of 20 calls in 30 s are ill               rest is over
 *   closed ──────────────────────────────────▶ tripped ──────────────────▶ probing (3 calls)
 *     │  ▲                                        ▲ any ill: rest ×2          │
 *     │  │                                        └────────────────────────────┤
 *     │  └──────────────────────── all well ──────────────────────────────────┤
 *     │                                                                        │
 *     └── key, quota or model refused ──▶ shut ── rest is over ──▶ probing (1 call)
 *                                          ▲ refused again: rest ×4            │
 *                                          └───────────────────────────────────┘
 *
 * Only calls of the present state count: those that were in flight when it changed prove nothing about it.
 */
export interface Breaker {
  /** Milliseconds until a call may be tried; infinite while the probes are out. */
  waitMs(now: number): number
  entered(): BreakerTicket
  done(ticket: BreakerTicket, sign: Sign, now: number): void
  state(): BreakerState
}

export type BreakerTicket = number

/** `well`: the provider works. `ill`: it does not. `nothing`: this call does not tell. `shut`: no call can succeed. */
export type Sign = 'well' | 'ill' | 'nothing' | { readonly shut: string; readonly class: FailureClass }

export type BreakerState =
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'tripped' | 'shut'
      readonly reason: string
      readonly until: number
      /** Of the call that shut it. */
      readonly class?: FailureClass
    }

const CALLS_MIN = 20
const ILL_SHARE = 0.5

interface Rests {
  readonly msFirst: number
  readonly factor: number
  readonly msMax: number
  readonly probes: number
}

const TRIPPED: Rests = { msFirst: 5_000, factor: 2, msMax: 60_000, probes: 3 }
/** Providers do refuse a good key once in a while: the first look back is early, the later ones are rare. */
const SHUT: Rests = { msFirst: 1_000, factor: 4, msMax: 15 * 60_000, probes: 1 }

interface Resting {
  readonly kind: 'tripped' | 'shut'
  readonly reason: string
  readonly class?: FailureClass
  readonly rests: Rests
  readonly restMs: number
  readonly until: number
  probesOut: number
  probesWell: number
}

export const createBreaker = (): Breaker => {
  const window = new FailureWindow()
  let resting: Resting | undefined
  let generation: BreakerTicket = 0

  const rest = (kind: Resting['kind'], why: Pick<Resting, 'reason' | 'class'>, now: number): void => {
    const rests = kind === 'shut' ? SHUT : TRIPPED
    const restMs =
      resting?.kind === kind ? Math.min(rests.msMax, resting.restMs * rests.factor) : rests.msFirst
    resting = { ...why, kind, rests, restMs, until: now + restMs, probesOut: 0, probesWell: 0 }
    generation += 1
  }

  const close = (): void => {
    resting = undefined
    window.clear()
    generation += 1
  }

  const countCall = (sign: 'well' | 'ill', now: number): void => {
    window.add(sign, now)
    if (sign === 'well') return
    const { well, ill } = window.counts(now)
    if (well + ill < CALLS_MIN || ill < (well + ill) * ILL_SHARE) return
    rest('tripped', { reason: `${ill} of the last ${well + ill} calls failed` }, now)
  }

  const countProbe = (at: Resting, sign: 'well' | 'ill', now: number): void => {
    if (sign === 'well') {
      at.probesWell += 1
      if (at.probesWell >= at.rests.probes) close()
    } else if (at.kind === 'tripped') {
      rest('tripped', { reason: at.reason }, now)
    } else {
      // A probe that breaks does not say whether the key works: the same rest again, not a longer one.
      resting = { ...at, until: now + at.restMs, probesOut: 0 }
      generation += 1
    }
  }

  return {
    waitMs(now) {
      if (!resting) return 0
      if (now < resting.until) return resting.until - now
      return resting.probesOut + resting.probesWell < resting.rests.probes ? 0 : Number.POSITIVE_INFINITY
    },
    entered() {
      if (resting) resting.probesOut += 1
      return generation
    },
    done(ticket, sign, now) {
      if (ticket !== generation) return
      if (resting) resting.probesOut -= 1
      if (typeof sign === 'object') rest('shut', { reason: sign.shut, class: sign.class }, now)
      else if (sign !== 'nothing') {
        if (resting) countProbe(resting, sign, now)
        else countCall(sign, now)
      }
    },
    state: () =>
      resting
        ? {
            kind: resting.kind,
            reason: resting.reason,
            until: resting.until,
            ...(resting.class === undefined ? {} : { class: resting.class }),
          }
        : { kind: 'closed' },
  }
}
