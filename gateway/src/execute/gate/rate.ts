import type { RateHint } from '../../provider/rates.ts'
import { TokenBucket } from './token-bucket.ts'
import type { Lane } from './waiters.ts'

/**
 * A configured rate lets a second's worth through at once: a minute's worth on top of a minute's refill
 * would be twice the rate in the first minute.
 */
const CONFIGURED_BURST_PARTS = 60

/**
 * What batches leave must stay below the burst: a bucket that is waited for until it is full loses what would
 * have come meanwhile.
 */
const WAITED_FOR_MAX = 0.9

/** A moving average over the last twenty calls or so. */
const WEIGHT_OF_LAST = 0.05

/**
 * One kind of unit: a bucket from the configuration, one learnt, either may be missing. Interactive calls that
 * are within their share of the rate go at once: what a large request of a batch took ahead, batches wait for.
 * Only where the provider itself says that nothing is left must they wait too; so that there is, batches leave
 * a second's worth of the share. What is refilled beyond that is theirs: in the end they have all that
 * interactive calls do not take.
 */
export class Rate {
  private configured: TokenBucket | undefined
  private learnt: TokenBucket | undefined
  private limit: number | undefined
  private share: number
  /** What interactive calls may take, whatever waits. */
  private shareBucket: TokenBucket | undefined
  private usualOfBatches = 1

  constructor(
    given: { configured: number | undefined; learnt: number | undefined; share: number },
    now: number,
  ) {
    this.share = given.share
    this.configure(given.configured, given.share, now)
    if (given.learnt !== undefined) this.learnLimit(given.learnt, now)
  }

  /** A bucket that stays keeps what is owed to it. */
  configure(perMinute: number | undefined, share: number, now: number): void {
    this.share = share
    if (perMinute === undefined) this.configured = undefined
    else this.configured = filled(this.configured, perMinute, perMinute / CONFIGURED_BURST_PARTS, now)
    this.resizeShare(now)
  }

  waitMs(lane: Lane, now: number): number {
    if (lane === 'interactive' && this.hasShare(now)) return this.learnt?.waitMs(1, now) ?? 0
    return Math.max(this.waitBeyondShare(this.configured, now), this.waitBeyondShare(this.learnt, now))
  }

  /** Interactive calls have taken no more than their share of late. Without a rate there is nothing to share. */
  hasShare(now: number): boolean {
    if (!this.configured && !this.learnt) return true
    return this.shareBucket !== undefined && this.shareBucket.waitMs(1, now) === 0
  }

  took(lane: Lane, count: number, now: number): void {
    this.configured?.take(count, now)
    this.learnt?.take(count, now)
    // What went beyond the share was nobody's: as a debt it would keep interactive calls from theirs for hours.
    if (lane === 'interactive' && this.hasShare(now)) this.shareBucket?.take(count, now)
    if (lane === 'batch') this.usualOfBatches += (count - this.usualOfBatches) * WEIGHT_OF_LAST
  }

  /** A minute's worth may go at once here: the provider itself says what is left of it. */
  learn(hint: RateHint, now: number): void {
    if (hint.limit !== undefined && hint.limit > 0) this.learnLimit(hint.limit, now)
    if (hint.remaining !== undefined) this.learnt?.lower(hint.remaining, now)
  }

  learnedLimit(): number | undefined {
    return this.limit
  }

  private learnLimit(limit: number, now: number): void {
    if (limit === this.limit) return
    this.limit = limit
    this.learnt = filled(this.learnt, limit, limit, now)
    this.resizeShare(now)
  }

  private resizeShare(now: number): void {
    const perMinute = Math.min(
      this.configured?.perMinute ?? Number.POSITIVE_INFINITY,
      this.learnt?.perMinute ?? Number.POSITIVE_INFINITY,
    )
    const ofShare = perMinute * this.share
    this.shareBucket =
      ofShare > 0 && Number.isFinite(ofShare)
        ? filled(this.shareBucket, ofShare, ofShare / 60, now)
        : undefined
  }

  private waitBeyondShare(bucket: TokenBucket | undefined, now: number): number {
    return bucket ? bucket.waitMs(this.needBeyondShare(bucket), now) : 0
  }

  /** With what a call usually takes: a bucket may be driven below zero, and then its reserve would be gone. */
  private needBeyondShare({ perMinute, burst }: TokenBucket): number {
    if (this.share === 0) return 1
    const need = (this.share * perMinute) / 60 + this.usualOfBatches
    return Math.max(1, Math.min(need, burst * WAITED_FOR_MAX))
  }
}

/** At least one call goes at once, however slow the rate. */
const filled = (
  bucket: TokenBucket | undefined,
  perMinute: number,
  burst: number,
  now: number,
): TokenBucket => {
  const rate = { perMinute, burst: Math.max(1, burst) }
  if (!bucket) return new TokenBucket(rate, now)
  bucket.resize(rate, now)
  return bucket
}
