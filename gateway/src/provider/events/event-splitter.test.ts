import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataOf, EventSplitter } from './event-splitter.ts'

const cut = (text: string, sizes: readonly number[]): Buffer[] => {
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

const eventsOf = (pieces: readonly Buffer[], bytesMax = 10_000) => {
  const splitter = new EventSplitter(bytesMax)
  const events: Array<string | undefined> = []
  for (const piece of pieces) splitter.read(piece, (event) => events.push(event && dataOf(event)))
  return { events, splitter }
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 })
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')
const datum = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '{', '😀', ':'), minLength: 1, maxLength: 20 })

describe('the events of a stream', () => {
  it('are found whatever the network cut, with each of the line ends', () => {
    fc.assert(
      fc.property(fc.array(datum, { maxLength: 8 }), lineEnd, sizes, (data, end, cuts) => {
        const text = data.map((each) => `event: e${end}data: ${each}${end}${end}`).join('')
        const { events, splitter } = eventsOf(cut(text, cuts))
        expect(events).toEqual(data)
        expect(splitter.isWithinEvent).toBe(false)
      }),
    )
  })

  it('end where they end in the piece, so that bytes can be left out', () => {
    const splitter = new EventSplitter(100)
    const ends: number[] = []
    splitter.read(Buffer.from('data: a\n\ndata: b\r\n\r\n\n\n: ping\n\ndata: c'), (_event, end) =>
      ends.push(end),
    )
    expect(ends).toEqual([9, 19, 30])
    expect(splitter.isWithinEvent).toBe(true)
    expect(dataOf(splitter.rest() ?? Buffer.alloc(0))).toBe('c')
  })

  it('are held up to a limit: a longer one is passed over, and the next one is read', () => {
    const long = `data: ${'x'.repeat(200)}\n\n`
    expect(eventsOf(cut(`${long}data: b\n\n`, [7]), 50).events).toEqual([undefined, 'b'])
    expect(eventsOf([Buffer.from(`${long}data: b\n\n`)], 50).events).toEqual([undefined, 'b'])
  })
})

describe('the data of an event', () => {
  it.each([
    ['data: a\n\n', 'a'],
    ['data:a\n\n', 'a'],
    ['data:  a\n\n', ' a'],
    ['event: x\ndata: a\ndata: b\nid: 1\n\n', 'a\nb'],
    [': ping\n\n', ''],
    ['data\n\n', ''],
    ['datax: a\n\n', ''],
  ])('%j', (event, data) => {
    expect(dataOf(Buffer.from(event))).toBe(data)
  })
})
