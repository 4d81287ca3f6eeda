import type { Clock } from './clock.ts'

/** A clock for tests: it stands still until it is moved, and calls what fell due in order. */
export interface ManualClock extends Clock {
  advance(ms: number): void
  /** Jumps to the next timer; false where there is none. */
  step(): boolean
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

export const createManualClock = (start = 1_000_000): ManualClock => {
  let time = start
  let timers: Timer[] = []

  const next = (): Timer | undefined =>
    timers.reduce<Timer | undefined>(
      (first, each) => (first && first.at <= each.at ? first : each),
      undefined,
    )

  const fire = (timer: Timer): void => {
    timers = timers.filter((each) => each !== timer)
    time = Math.max(time, timer.at)
    timer.run()
  }

  return {
    now: () => time,
    monotonic: () => time,
    after(ms, run) {
      const timer = { at: time + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
    advance(ms) {
      const end = time + ms
      for (let timer = next(); timer && timer.at <= end; timer = next()) fire(timer)
      time = end
    },
    step() {
      const timer = next()
      if (timer) fire(timer)
      return timer !== undefined
    },
  }
}
