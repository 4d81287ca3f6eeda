import type { Clock } from '../clock/clock.ts'

/**
 * Keeps batches from holding up interactive calls on the one event loop. A call is started and its answer is
 * read in microseconds, yet thousands a second come in bursts: so many in one turn of the loop, and whoever
 * else has something to read waits for milliseconds.
 */
export interface LoopValve {
  /** May a batch start another call in this turn of the loop? Where not, `onOpen` is called once it may. */
  isOpen(): boolean
}

export interface LoopValveLimits {
  /** While interactive calls are there, batches start calls for so long in one turn of the loop. */
  readonly startMsMax: number
  /** While interactive calls are there, batches start nothing as long as the loop is later than this. */
  readonly loopLateMsMax: number
  /** The same while they are alone: then a long turn harms nobody, until even leases come to be renewed late. */
  readonly loopLateMsMaxAlone: number
}

export interface LoopValveOptions extends LoopValveLimits {
  readonly clock: Clock
  /** Have there been interactive calls of late? */
  readonly isInteractive: () => boolean
  readonly onOpen: () => void
}

/** A timer of no time comes after a millisecond. */
const TIMER_MS = 1

/**
 * A turn begins with the first call that is started in it, and ends with a timer that was set then: how late
 * that one comes is how late the loop is. So there is no timer while nothing is started.
 */
export const createLoopValve = (options: LoopValveOptions): LoopValve => {
  const { clock, isInteractive } = options
  let begunAt: number | undefined
  let isShut = false

  const begin = (): void => {
    begunAt = clock.monotonic()
    clock.after(0, () => end(clock.monotonic() - TIMER_MS - (begunAt ?? 0)))
  }

  const end = (lateMs: number): void => {
    begunAt = undefined
    if (lateMs > (isInteractive() ? options.loopLateMsMax : options.loopLateMsMaxAlone)) {
      isShut = true
      begin()
    } else if (isShut) {
      isShut = false
      options.onOpen()
    }
  }

  return {
    isOpen() {
      if (isShut) return false
      if (begunAt === undefined) begin()
      else if (clock.monotonic() - begunAt > options.startMsMax && isInteractive()) isShut = true
      return !isShut
    },
  }
}
