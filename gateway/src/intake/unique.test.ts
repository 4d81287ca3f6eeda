import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyedHash } from './keyed-hash.ts'
import { UniqueIds } from './unique.ts'

const KEY = { low: 0x03020100, high: 0x07060504 }

describe('the keyed hash', () => {
  it('is HalfSipHash-2-4 with 64 bits, by its authors own test vectors', () => {
    const hash = new KeyedHash(KEY)
    const hashes = [0, 1, 2, 3, 4].map((length) => {
      hash.update(Buffer.from(Array.from({ length }, (_, i) => i)))
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32LE(hash.low, 0)
      bytes.writeUInt32LE(hash.high, 4)
      return bytes.toString('hex')
    })
    expect(hashes).toEqual([
      '218d1f59b9b83cc8',
      'be552412f8387315',
      '064f39ef7c50eb57',
      'ce0f1a45f7060679',
      'd5e78a175be52ea1',
    ])
  })
})

describe('the table of custom_ids', () => {
  it('answers as a Map does, with the index that came first', () => {
    const id = fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ max: 50 }).map(String))
    fc.assert(
      fc.property(fc.array(id, { maxLength: 300 }), (ids) => {
        const table = new UniqueIds(new KeyedHash(KEY))
        const first = new Map<string, number>()
        ids.forEach((each, index) => {
          expect(table.add(Buffer.from(each), index)).toBe(first.get(each) ?? -1)
          if (!first.has(each)) first.set(each, index)
        })
        expect(table.size).toBe(first.size)
      }),
    )
  })

  it('confirms a hit on the bytes, should two ids ever have one hash', () => {
    const table = new UniqueIds({ low: 5, high: 7, update: () => undefined })
    const ids = ['a', 'b', 'ab', '', 'abc'].map((id) => Buffer.from(id))
    for (const round of [0, 1]) {
      expect(ids.map((id, index) => table.add(id, index))).toEqual(ids.map((_, i) => (round === 0 ? -1 : i)))
    }
  })

  it('grows past its first size and forgets nothing', () => {
    const table = new UniqueIds(new KeyedHash(KEY))
    const idOf = (i: number): Buffer => Buffer.from(`document-${i * 7}-${'x'.repeat(i % 40)}`)
    for (let i = 0; i < 20_000; i += 1) expect(table.add(idOf(i), i)).toBe(-1)
    for (let i = 0; i < 20_000; i += 1) expect(table.add(idOf(i), 99_999)).toBe(i)
    expect(table.size).toBe(20_000)
  })
})
