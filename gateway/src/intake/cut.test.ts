import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CutLimits, type CutShard, Cutter, requestsPerShard } from './cut.ts'

const LIMITS: CutLimits = { requestsMax: 5, bytesMax: 100, stretchBytesMax: 300, openMax: 3 }

interface Draft {
  readonly model: string
  readonly bytes: number
}

const cut = (drafts: readonly Draft[], limits: CutLimits): CutShard[] => {
  const shards: CutShard[] = []
  const cutter = new Cutter(limits, (shard) => shards.push(shard))
  let at = 0
  drafts.forEach(({ model, bytes }, batchIndex) => {
    const entry = { batchIndex, idStart: at, idLength: 2, bodyStart: at + 3, bodyLength: bytes, variant: 0 }
    cutter.add({ model, endpoint: '/v1/chat/completions', entry })
    at += bytes + 4
  })
  cutter.end()
  return shards
}

const draft = fc.record({ model: fc.constantFrom('a', 'b', 'c', 'd', 'e'), bytes: fc.nat({ max: 140 }) })
const limits = fc.record({
  requestsMax: fc.integer({ min: 1, max: 8 }),
  bytesMax: fc.integer({ min: 1, max: 200 }),
  stretchBytesMax: fc.integer({ min: 1, max: 500 }),
  openMax: fc.integer({ min: 1, max: 4 }),
})

describe('cutting requests into shards', () => {
  it('puts each request into exactly one shard of its model, in order, within the limits', () => {
    fc.assert(
      fc.property(fc.array(draft, { maxLength: 60 }), limits, (drafts, bounds) => {
        const shards = cut(drafts, bounds)
        const indexes = shards.flatMap((shard) => shard.entries.map((entry) => entry.batchIndex))
        expect(indexes.toSorted((a, b) => a - b)).toEqual(drafts.map((_, index) => index))
        for (const { model, entries, bytes } of shards) {
          const own = entries.map((entry) => entry.batchIndex)
          expect(own).toEqual(own.toSorted((a, b) => a - b))
          for (const entry of entries) expect(drafts[entry.batchIndex]?.model).toBe(model)
          expect(entries.length).toBeGreaterThan(0)
          expect(entries.length).toBeLessThanOrEqual(bounds.requestsMax)
          expect(bytes).toBe(entries.reduce((sum, entry) => sum + entry.bodyLength, 0))
          if (entries.length === 1) continue
          expect(bytes).toBeLessThanOrEqual(bounds.bytesMax)
          const [first, last] = [entries[0], entries.at(-1)]
          const stretch = (last?.bodyStart ?? 0) + (last?.bodyLength ?? 0) - (first?.idStart ?? 0)
          expect(stretch).toBeLessThanOrEqual(bounds.stretchBytesMax)
        }
      }),
    )
  })

  it('fills the shards of one model one after another', () => {
    const shards = cut(
      Array.from({ length: 12 }, () => ({ model: 'a', bytes: 10 })),
      LIMITS,
    )
    expect(shards.map((shard) => shard.entries.map((entry) => entry.batchIndex))).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 8, 9],
      [10, 11],
    ])
  })

  it('closes the oldest draft where one more model would exceed the open ones', () => {
    const shards = cut(
      ['a', 'b', 'c', 'd', 'a'].map((model) => ({ model, bytes: 1 })),
      LIMITS,
    )
    expect(shards.map((shard) => shard.model)).toEqual(['a', 'b', 'c', 'd', 'a'])
  })
})

describe('how many requests a shard takes', () => {
  const limitsOf = (shardsPerSmallBatch: number) => ({
    shardsPerSmallBatch,
    shardRequestsMin: 50,
    shardRequestsMax: 1_000,
  })
  it.each([
    [1, 16, 50],
    [500, 16, 50],
    [1_600, 16, 100],
    [100_000, 16, 1_000],
    [700, 1, 700],
    [5_000, 1, 1_000],
  ])('%i requests for %i shards: %i each', (total, shards, expected) => {
    expect(requestsPerShard(total, limitsOf(shards))).toBe(expected)
  })
})
