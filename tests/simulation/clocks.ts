import type { Clock } from '../../gateway/src/clock/clock.ts'
import type { Dice } from './dice.ts'
import type { SimProcess } from './process.ts'
import type { Scheduler } from './scheduler.ts'

/** 2026-11-25T00:00:00Z */
const EPOCH = 1_795_564_800_000

export interface Skew {
  /** The wall clock is ahead by so much. */
  readonly aheadMs: number
  /** Seconds of this clock in a true second. */
  readonly rate: number
}

/** A wall clock with an error of its own. Whole milliseconds, like `Date.now()`. */
export interface WallClock {
  now(): number
  /** Somebody sets it, by hand or by NTP. */
  jump(ms: number): void
}

export const createWallClock = (scheduler: Scheduler, { aheadMs, rate }: Skew): WallClock => {
  let jumped = 0
  return {
    now: () => Math.floor(EPOCH + aheadMs + jumped + scheduler.now() * rate),
    jump(ms) {
      jumped += ms
    },
  }
}

/** The clock of one process: its timers come through the process, late by a little, never early. */
export const createProcessClock = (order: {
  scheduler: Scheduler
  process: SimProcess
  dice: Dice
  skew: Skew
}): Clock & Pick<WallClock, 'jump'> => {
  const { scheduler, process, dice, skew } = order
  const wall = createWallClock(scheduler, skew)
  const start = dice.int(0, 1_000_000)
  return {
    now: wall.now,
    jump: wall.jump,
    monotonic: () => start + scheduler.now() * skew.rate,
    after(ms, run) {
      let cancelled = false
      const late = dice.between(0.001, 2)
      const cancel = scheduler.after(Math.max(0, ms) / skew.rate + late, () =>
        process.deliver(() => {
          if (!cancelled) run()
        }),
      )
      return () => {
        cancelled = true
        cancel()
      }
    },
  }
}
