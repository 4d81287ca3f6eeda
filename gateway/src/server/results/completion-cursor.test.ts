import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyBits, setBit } from '../../batch/done-bits.ts'
import { decodeCursor, encodeCursor, firstCursor, PARTS_MAX } from './completion-cursor.ts'

const bitsOf = (count: number, set: readonly number[]): Uint8Array => {
  const bits = emptyBits(count)
  for (const position of set) setBit(bits, position % count)
  return bits
}

describe('a cursor', () => {
  it('says what it was told', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.array(fc.nat()),
        fc.dictionary(fc.nat(40).map(String), fc.array(fc.nat()), { maxKeys: PARTS_MAX }),
        (shards, sealed, parts) => {
          const batch = { id: 'batch_b', shards }
          const cursor = {
            shards: bitsOf(shards, sealed),
            parts: new Map(
              Object.entries(parts).map(([number, set]) => [Number(number) % shards, bitsOf(1_000, set)]),
            ),
          }
          const text = encodeCursor(batch, cursor)
          expect(encodeURIComponent(text)).toBe(text)
          expect(decodeCursor(text, batch)).toEqual(cursor)
        },
      ),
    )
  })

  it('fits into an address, however much it says', () => {
    const full = new Map(Array.from({ length: PARTS_MAX }, (_, number) => [number, bitsOf(1_000, [number])]))
    const text = encodeCursor(
      { id: 'batch_0123456789012345678901', shards: 1_000 },
      { shards: emptyBits(1_000), parts: full },
    )
    expect(text.length).toBeLessThan(8_000)
  })

  it('of another batch, or made up, is refused', () => {
    const batch = { id: 'batch_b', shards: 9 }
    const good = encodeCursor(batch, firstCursor(batch))
    expect(decodeCursor(good, batch)).toEqual(firstCursor(batch))
    expect(() => decodeCursor(good, { ...batch, id: 'batch_c' })).toThrow(/next_cursor/)
    expect(() => decodeCursor(good, { ...batch, shards: 17 })).toThrow(/next_cursor/)
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        expect(() => decodeCursor(text, batch)).toThrow(/next_cursor/)
      }),
    )
  })

  it('of a batch without shards is one too', () => {
    const none = { id: 'batch_b', shards: 0 }
    expect(decodeCursor(encodeCursor(none, firstCursor(none)), none)).toEqual(firstCursor(none))
  })
})
