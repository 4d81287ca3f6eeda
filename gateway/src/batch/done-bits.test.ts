import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countBits, emptyBits, hasBit, setBit } from './done-bits.ts'

describe('the bits of a shard', () => {
  it('hold exactly the positions that were set', () => {
    const shard = fc
      .integer({ min: 1, max: 1_000 })
      .chain((count) => fc.record({ count: fc.constant(count), set: fc.uniqueArray(fc.nat(count - 1)) }))
    fc.assert(
      fc.property(shard, ({ count, set }) => {
        const bits = emptyBits(count)
        for (const position of [...set, ...set]) setBit(bits, position)
        const all = Array.from({ length: count }, (_, position) => position)
        expect(all.filter((position) => hasBit(bits, position))).toEqual(set.toSorted((a, b) => a - b))
        expect(countBits(bits)).toBe(set.length)
      }),
    )
  })

  it('take one byte for eight requests', () => {
    expect([0, 1, 8, 9, 1_000].map((count) => emptyBits(count).length)).toEqual([0, 1, 1, 2, 125])
  })

  it('have no bit behind their end', () => {
    const bits = emptyBits(8)
    bits.fill(0xff)
    expect(hasBit(bits, 8)).toBe(false)
  })
})
