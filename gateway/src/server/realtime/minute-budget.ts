const MINUTE_MS = 60_000

/** Sums of fractions of milliseconds are not exact to the last bit. */
const EPSILON = 1e-6

/** What was taken for a call before it was known what it needs. */
export interface Taken {
  readonly amount: number
  readonly at: number
}

/**
 * So much a minute, as a bucket that holds a minute's worth and fills evenly: after a pause a caller may spend all
 * of it at once, and in any minute what was in the bucket and what flowed in, which is twice the limit at most.
 * Moments are those of a monotonic clock.
 */
export class MinuteBudget {
  #limit: number
  #level: number
  #at: number

  constructor(limit: number, now: number) {
    this.#limit = limit
    this.#level = limit
    this.#at = now
  }

  get limit(): number {
    return this.#limit
  }

  /** The operator changed the limit: what was spent stays spent. */
  limitTo(limit: number, now: number): void {
    this.#fill(now)
    this.#level += limit - this.#limit
    this.#limit = limit
  }

  /** How long until so much can be taken; never, where it is more than the bucket holds. */
  waitMs(amount: number, now: number): number {
    this.#fill(now)
    if (amount > this.#limit) return Number.POSITIVE_INFINITY
    const missing = amount - this.#level
    return missing <= EPSILON ? 0 : Math.ceil((missing * MINUTE_MS) / this.#limit)
  }

  take(amount: number, now: number): Taken {
    this.#fill(now)
    this.#level -= amount
    return { amount, at: now }
  }

  /**
   * The call is over and needed so much. What it needed beyond what was taken is taken now, and may leave a debt.
   * What it did not need comes back but for what has flowed in since: a bucket that was full meanwhile would have
   * lost that much, and a long call must not leave more than the limit to spend at once.
   */
  correct({ amount, at }: Taken, needed: number, now: number): void {
    this.#fill(now)
    const flowedIn = ((now - at) * this.#limit) / MINUTE_MS
    const back = Math.min(amount - needed, Math.max(0, amount - flowedIn))
    this.#level = Math.min(this.#limit, this.#level + back)
  }

  remaining(now: number): number {
    this.#fill(now)
    return Math.max(0, Math.floor(this.#level + EPSILON))
  }

  /** How long until it is full again. */
  resetMs(now: number): number {
    return this.waitMs(this.#limit, now)
  }

  #fill(now: number): void {
    const flowedIn = ((now - this.#at) * this.#limit) / MINUTE_MS
    this.#level = Math.min(this.#limit, this.#level + flowedIn)
    this.#at = now
  }
}
