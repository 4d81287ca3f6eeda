/** Counts of durations by their size, as plain numbers: nothing is looked up and nothing allocated for each one. */
export class Durations {
  readonly bounds: readonly number[]
  /** One for each bound, and one for what is above the last. */
  readonly counts: Float64Array
  sumSeconds = 0

  /** Upper bounds in seconds, ascending. */
  constructor(bounds: readonly number[]) {
    this.bounds = bounds
    this.counts = new Float64Array(bounds.length + 1)
  }

  add(seconds: number): void {
    const { bounds, counts } = this
    let at = 0
    while (at < bounds.length && seconds > (bounds[at] ?? 0)) at += 1
    counts[at] = (counts[at] ?? 0) + 1
    this.sumSeconds += seconds
  }
}

/** From a call to a cache to a reasoning model that thinks for minutes. */
export const CALL_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]

/** From a read of the store to a long poll. */
export const HTTP_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Around the 2 to 25 ms of a commit that is well. */
export const STORE_SECONDS = [
  0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2.5, 5, 10,
]
