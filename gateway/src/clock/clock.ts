/**
 * Time, chance and names come into every station through these three small interfaces, so that the
 * simulation can drive the very same code with clocks and seeds of its own.
 */
export interface Clock {
  /** Wall-clock milliseconds since 1970-01-01T00:00:00Z. For stamps only: it may jump. */
  now(): number
  /** Monotonic milliseconds from an arbitrary start. For durations and for a process's own lease. */
  monotonic(): number
  /** Calls `run` once, after at least `ms` milliseconds. The returned function cancels it. */
  after(ms: number, run: () => void): () => void
}

export interface Random {
  /** A number in [0, 1), uniformly. */
  next(): number
}

export interface Ids {
  /** A fresh id such as `batch_0J3F…`: the prefix, then characters of [0-9A-Za-z]; sorts roughly by age. */
  next(prefix: string): string
}

/** Resolves after `ms` milliseconds of this clock. */
export const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve)
  })
