import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyedHash } from '../keyed-hash.ts'
import { IdTable } from './id-table.ts'

const newTable = (): IdTable => new IdTable(new KeyedHash({ low: 7, high: 11 }))

const add = (table: IdTable, id: string, place: number): readonly number[] => {
  const bytes = Buffer.from(`..${id}...`)
  return table.add(bytes, 2, bytes.length - 3, place)
}

/** Every id has one hash. */
class Blind extends KeyedHash {
  override update(): void {
    this.low = 5
  }
}

describe('the table of ids', () => {
  it('names the place of every earlier id that is the same, however many there are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 200 }), (numbers) => {
        const table = newTable()
        const places = new Map<number, number[]>()
        for (const [place, number] of numbers.entries()) {
          const before = places.get(number) ?? []
          const found = add(table, `"id-${number}"`, place)
          // By chance an id may have the hash of another one; those are told apart on the bytes.
          if (before.length < 8) expect([...found].toSorted()).toEqual(expect.arrayContaining(before))
          if (before.length < 8) places.set(number, [...before, place])
        }
      }),
    )
  })

  it('has next to no hits among 200,000 different ids, as it grows', () => {
    const table = newTable()
    let hits = 0
    for (let place = 0; place < 200_000; place += 1) {
      hits += add(table, `"document-${place}"`, place).length
    }
    // 200,000² ÷ 2 ÷ 2³² is 4.7.
    expect(hits).toBeLessThan(30)
    for (let place = 0; place < 200_000; place += 999) {
      expect(add(table, `"document-${place}"`, 4_000_000_000)).toContain(place)
    }
  })

  it('remembers eight of one hash and no more', () => {
    const table = new IdTable(new Blind({ low: 1, high: 2 }))
    const found = Array.from({ length: 12 }, (_, place) => add(table, `${place}`, place))
    expect(found.map((places) => places.length)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8])
    expect(found.at(-1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})
