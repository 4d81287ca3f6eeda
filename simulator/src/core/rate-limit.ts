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

export type Unit = 'requests' | 'tokens' | 'input_tokens' | 'output_tokens'

/** What a call takes, beside being one request. */
export type Wanted = Readonly<Partial<Record<Unit, number>>>

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

interface Limit {
  readonly unit: Unit
  readonly bucket: Bucket
}

const noLevels: readonly BucketLevel[] = []

export class RateLimit {
  readonly #limits: readonly Limit[]

  constructor(model: ModelOptions, now: number) {
    const perMinute: Readonly<Record<Unit, number | undefined>> = {
      requests: model.requestsPerMinute,
      tokens: model.tokensPerMinute,
      input_tokens: model.inputTokensPerMinute,
      output_tokens: model.outputTokensPerMinute,
    }
    this.#limits = units.flatMap((unit) => {
      const capacity = perMinute[unit]
      return capacity === undefined ? [] : [{ unit, bucket: new Bucket(capacity, now) }]
    })
  }

  /** Takes from all buckets or from none. */
  enter(wanted: Wanted, now: number): Exceeded | undefined {
    for (const { unit, bucket } of this.#limits) {
      const amount = amountOf(wanted, unit)
      const left = bucket.level(now)
      if (left < amount) return exceeded(unit, bucket, amount, left)
    }
    for (const { unit, bucket } of this.#limits) bucket.take(amountOf(wanted, unit))
    return undefined
  }

  /** Of the limits that there are. */
  levels(now: number): readonly BucketLevel[] {
    if (this.#limits.length === 0) return noLevels
    return this.#limits.map(({ unit, bucket }) => levelOf(unit, bucket, now))
  }
}

const units: readonly Unit[] = ['requests', 'tokens', 'input_tokens', 'output_tokens']

const amountOf = (wanted: Wanted, unit: Unit): number => (unit === 'requests' ? 1 : (wanted[unit] ?? 0))

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
