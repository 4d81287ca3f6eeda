import { Demand } from './demand.ts'
import type { Lane } from './waiters.ts'

/**
 * How the places of one deployment are shared between interactive calls and batches. A part of them, the
 * interactive share, is kept for interactive calls; what they do not ask for is lent to batches.
 *
 * A call of a batch cannot be taken back, so a loan has to come back by itself, within a second. Calls that
 * take T seconds free 1/T of their places in a second. With L places of which R are kept, B calls of batches
 * leave L − B free now and B/T more within a second; both together are R where B = (L − R) / (1 − 1/T). Calls
 * of a second or less all come back in time: then batches may have everything.
 */
export interface Lanes {
  /** How long until one more of the lane may enter, as far as places go; infinite where a call must end first. */
  waitMs(lane: Lane, limit: number, now: number): number
  /** Interactive calls have fewer places than are kept for them. */
  isInteractiveBelowShare(limit: number): boolean
  /** Whether places are kept for interactive calls at all. */
  isShared(limit: number): boolean
  entered(lane: Lane): void
  /** A call is over; how long it took, where it was answered. */
  left(lane: Lane, answeredMs: number | undefined): void
  /** So many interactive calls wait. */
  waiting(interactive: number, now: number): void
  inFlight(lane: Lane): number
  /** Interactive calls were in flight or waited within the last second. */
  isInteractive(now: number): boolean
}

/** A moving average over the last twenty answers or so: soon enough for a provider that becomes slow. */
const WEIGHT_OF_LAST = 0.05

export const createLanes = (share: () => number): Lanes => {
  const inFlight: Record<Lane, number> = { interactive: 0, batch: 0 }
  const demand = new Demand()
  let batchMs: number | undefined

  /** At least one place, for a single interactive call must find one; never all, for batches must go on. */
  const keptOf = (limit: number): number =>
    share() === 0 || limit < 2 ? 0 : Math.max(1, Math.floor(limit * share()))

  /** Before the first answer nothing is known to come back, so nothing is lent. */
  const lentUpTo = (limit: number, kept: number): number => {
    if (batchMs === undefined) return limit - kept
    return batchMs <= 1_000 ? limit : Math.min(limit, Math.floor((limit - kept) / (1 - 1_000 / batchMs)))
  }

  const batchWaitMs = (limit: number, now: number): number => {
    const kept = keptOf(limit)
    if (kept === 0) return 0
    if (inFlight.batch >= lentUpTo(limit, kept)) return Number.POSITIVE_INFINITY
    const claimed = Math.min(kept, demand.peak(now))
    return inFlight.batch < limit - claimed ? 0 : demand.staysMs(now)
  }

  return {
    waitMs(lane, limit, now) {
      if (inFlight.interactive + inFlight.batch >= limit) return Number.POSITIVE_INFINITY
      return lane === 'interactive' ? 0 : batchWaitMs(limit, now)
    },
    isInteractiveBelowShare: (limit) => inFlight.interactive < keptOf(limit),
    isShared: (limit) => keptOf(limit) > 0,
    entered(lane) {
      inFlight[lane] += 1
    },
    left(lane, answeredMs) {
      inFlight[lane] -= 1
      if (lane === 'batch' && answeredMs !== undefined) {
        batchMs = batchMs === undefined ? answeredMs : batchMs + (answeredMs - batchMs) * WEIGHT_OF_LAST
      }
    },
    waiting: (interactive, now) => demand.note(inFlight.interactive + interactive, now),
    inFlight: (lane) => inFlight[lane],
    isInteractive: (now) => demand.peak(now) > 0,
  }
}
