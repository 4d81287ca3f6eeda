/**
 * Lets `perMinute` units through, `burst` of them at once. A taker may drive the balance below zero, which
 * makes those after it wait: a request larger than the burst passes late instead of never.
 */
export class TokenBucket {
  private rate: { readonly perMinute: number; readonly burst: number }
  private balance: number
  private filledAt: number

  constructor(rate: { perMinute: number; burst: number }, now: number) {
    this.rate = rate
    this.balance = rate.burst
    this.filledAt = now
  }

  get perMinute(): number {
    return this.rate.perMinute
  }

  get burst(): number {
    return this.rate.burst
  }

  /** How long until `need` is there. */
  waitMs(need: number, now: number): number {
    this.fill(now)
    // A wait is computed and its end compared in floating point: a millionth is not worth another wait.
    return this.balance >= need - 1e-6 ? 0 : ((need - this.balance) * 60_000) / this.perMinute
  }

  take(count: number, now: number): void {
    this.fill(now)
    this.balance -= count
  }

  /** The provider counts too, and others may use the same key: its figure counts where it is lower. */
  lower(remaining: number, now: number): void {
    this.fill(now)
    this.balance = Math.min(this.balance, remaining)
  }

  resize(rate: { perMinute: number; burst: number }, now: number): void {
    this.fill(now)
    this.rate = rate
    this.balance = Math.min(this.balance, rate.burst)
  }

  private fill(now: number): void {
    this.balance = Math.min(this.burst, this.balance + ((now - this.filledAt) * this.perMinute) / 60_000)
    this.filledAt = now
  }
}
