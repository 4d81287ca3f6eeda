import type { ModelOptions } from './options.ts'

/** Holds a minute's worth, refills evenly. Time is passed in. */
class Bucket {
  readonly capacity: number
  #level: number
  #filledAt: number

  constructor(capacity: number, now: number) {
    this.capacity = capacity
    this.#level = capacity
    this.#filledAt = now
  }

  get perMs(): number {
    return this.capacity / 60_000
  }

  level(now: number): number {
    // A clock that was set back refills nothing.
    const passedMs = Math.max(0, now - this.#filledAt)
    this.#level = Math.min(this.capacity, this.#level + passedMs * this.perMs)
    this.#filledAt = now
    return this.#level
  }

  take(amount: number): void {
    this.#level -= amount
  }
}

export type Unit = 'requests' | 'tokens'

/** A limit that a call does not fit into. */
export interface Exceeded {
  readonly unit: Unit
  readonly capacity: number
  readonly wanted: number
  readonly left: number
  /** Until it would fit; absent where it never will. */
  readonly waitMs: number | undefined
}

export interface BucketLevel {
  readonly unit: Unit
  readonly capacity: number
  readonly left: number
  readonly fullInMs: number
}

const noLevels: readonly BucketLevel[] = []

export class RateLimit {
  readonly #requests: Bucket | undefined
  readonly #tokens: Bucket | undefined

  constructor(model: ModelOptions, now: number) {
    const { requestsPerMinute, tokensPerMinute } = model
    this.#requests = requestsPerMinute === undefined ? undefined : new Bucket(requestsPerMinute, now)
    this.#tokens = tokensPerMinute === undefined ? undefined : new Bucket(tokensPerMinute, now)
  }

  /** Takes from both buckets or from neither. */
  enter(tokens: number, now: number): Exceeded | undefined {
    const requests = this.#requests
    const requestsLeft = requests?.level(now) ?? 1
    if (requests && requestsLeft < 1) return exceeded('requests', requests, 1, requestsLeft)
    const tokensLeft = this.#tokens?.level(now) ?? tokens
    if (this.#tokens && tokensLeft < tokens) return exceeded('tokens', this.#tokens, tokens, tokensLeft)
    requests?.take(1)
    this.#tokens?.take(tokens)
    return undefined
  }

  /** Of the limits that there are. */
  levels(now: number): readonly BucketLevel[] {
    if (this.#requests === undefined && this.#tokens === undefined) return noLevels
    const levels: BucketLevel[] = []
    if (this.#requests) levels.push(levelOf('requests', this.#requests, now))
    if (this.#tokens) levels.push(levelOf('tokens', this.#tokens, now))
    return levels
  }
}

const exceeded = (unit: Unit, bucket: Bucket, wanted: number, left: number): Exceeded => ({
  unit,
  capacity: bucket.capacity,
  wanted,
  left,
  waitMs: wanted > bucket.capacity ? undefined : (wanted - left) / bucket.perMs,
})

const levelOf = (unit: Unit, bucket: Bucket, now: number): BucketLevel => {
  const left = bucket.level(now)
  return { unit, capacity: bucket.capacity, left, fullInMs: (bucket.capacity - left) / bucket.perMs }
}
