import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RequestTable } from '../batch/dialect.ts'
import { decodeIndex, encodeIndex, type IndexEntry } from './index-codec.ts'

const entriesOf = (table: RequestTable): IndexEntry[] =>
  Array.from({ length: table.count }, (_, i) => ({
    batchIndex: table.batchIndex(i),
    idStart: table.idStart(i),
    idLength: table.idLength(i),
    bodyStart: table.bodyStart(i),
    bodyLength: table.bodyLength(i),
    variant: table.variant(i),
  }))

const position = fc.integer({ min: 0, max: 2 ** 45 })
const entry = fc.record({
  gap: fc.integer({ min: 1, max: 1_000 }),
  idStart: position,
  idLength: fc.nat({ max: 2_100 }),
  bodyStart: position,
  bodyLength: fc.nat({ max: 2 ** 31 }),
  variant: fc.nat({ max: 2 ** 31 }),
})

describe('the index of a shard', () => {
  it('reads back what was written, wherever ids and bodies lie', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 50 }), (drafts) => {
        let batchIndex = 0
        const entries = drafts.map(({ gap, ...rest }) => {
          batchIndex += gap
          return { batchIndex, ...rest }
        })
        expect(entriesOf(decodeIndex(encodeIndex(entries)))).toEqual(entries)
      }),
    )
  })

  it('takes about nine bytes a request where records follow each other', () => {
    let at = 0
    const entries = Array.from({ length: 1_000 }, (_, batchIndex) => {
      const idStart = at
      at += 4_116
      return { batchIndex, idStart, idLength: 17, bodyStart: idStart + 18, bodyLength: 4_097, variant: 0 }
    })
    expect(encodeIndex(entries).length).toBeLessThan(9_000)
  })

  it('never reads a damaged index as another one of the same length', () => {
    const whole = encodeIndex([
      { batchIndex: 3, idStart: 0, idLength: 5, bodyStart: 6, bodyLength: 300, variant: 1 },
    ])
    for (let end = 0; end < whole.length; end += 1) {
      expect(() => decodeIndex(whole.subarray(0, end))).toThrow("a shard's index")
    }
    expect(() => decodeIndex(Buffer.concat([whole, Buffer.of(0)]))).toThrow('too long')
    expect(() => decodeIndex(Buffer.from([2, 0]))).toThrow('version 2')
    expect(() => decodeIndex(Buffer.from([1, 255, 255, 255, 255, 7]))).toThrow('too short')
  })

  it('knows its positions', () => {
    expect(() => decodeIndex(encodeIndex([])).bodyStart(0)).toThrow('no position 0')
  })
})
