import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Latency } from './latency.ts'

const latencyOf = (values: readonly number[]): Latency => {
  const latency = new Latency()
  for (const value of values) latency.add(value)
  return latency
}

const milliseconds = fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(0xffff_ffff))

describe('how long answers took', () => {
  it('is unknown before the first', () => {
    expect(new Latency().summary()).toBeNull()
    const merged = new Latency()
    merged.merge(new Latency().encode())
    expect(merged.summary()).toBeNull()
  })

  it('has its mean exactly, and its 99th percentile within 3 %', () => {
    fc.assert(
      fc.property(fc.array(milliseconds, { minLength: 1, maxLength: 300 }), (values) => {
        const summary = latencyOf(values).summary()
        const sorted = values.toSorted((left, right) => left - right)
        const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
        expect(summary?.meanMs).toBeCloseTo(values.reduce((sum, each) => sum + each, 0) / values.length, 6)
        expect(Math.abs((summary?.p99Ms ?? 0) - p99)).toBeLessThanOrEqual(p99 * 0.03)
      }),
    )
  })

  it('adds up over shards as if it had been one', () => {
    fc.assert(
      fc.property(fc.array(fc.array(milliseconds, { maxLength: 50 }), { maxLength: 6 }), (shards) => {
        const sum = new Latency()
        for (const shard of shards) sum.merge(latencyOf(shard).encode())
        const whole = latencyOf(shards.flat())
        expect(sum.summary()).toEqual(whole.summary())
        expect(Buffer.from(sum.encode())).toEqual(Buffer.from(whole.encode()))
      }),
    )
  })

  it('is read from the middle of a larger buffer', () => {
    const encoded = latencyOf([5, 500]).encode()
    const larger = Buffer.concat([Buffer.from('abc'), encoded])
    const sum = new Latency()
    sum.merge(larger.subarray(3))
    expect(sum.summary()).toEqual(latencyOf([5, 500]).summary())
  })

  it('stays small for a shard of steady answers', () => {
    const values = Array.from({ length: 1_000 }, (_, number) => 800 + (number % 400))
    expect(latencyOf(values).encode().length).toBeLessThan(300)
  })
})
