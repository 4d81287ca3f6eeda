import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryBlobs } from '../storage/blobs/memory.ts'
import { bytesOf, readRange } from './piece-ranges.ts'

describe('a range', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 1 }],
    ['bytes=2-', { start: 2, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=9-99', { start: 9, end: 10 }],
    [' bytes=1-2 ', { start: 1, end: 3 }],
    ['bytes=10-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=5-4', 'unsatisfiable'],
    ['bytes=-', undefined],
    ['bytes=1-2,4-5', undefined],
    ['items=1-2', undefined],
    [undefined, undefined],
  ])('%s of ten bytes is %o', (header, range) => {
    expect(readRange(header, 10)).toEqual(range)
  })

  it('over pieces is what it is over the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5), { maxLength: 5 }),
        fc.nat(30),
        fc.nat(30),
        async (sizes, one, other) => {
          const blobs = createMemoryBlobs()
          const pieces = await Promise.all(
            sizes.map(async (bytes, at) => {
              const writer = await blobs.create(`b-${at}`)
              await writer.write(Buffer.alloc(bytes, String.fromCharCode(97 + at)))
              await writer.commit()
              return { blob: `b-${at}`, bytes }
            }),
          )
          const whole = sizes.map((bytes, at) => String.fromCharCode(97 + at).repeat(bytes)).join('')
          const [start = 0, end = 0] = [one, other]
            .map((at) => at % (whole.length + 1))
            .toSorted((a, b) => a - b)
          const parts: Buffer[] = []
          for await (const part of bytesOf(blobs, pieces, { start, end })) parts.push(part)
          expect(Buffer.concat(parts).toString()).toBe(whole.slice(start, end))
        },
      ),
    )
  })
})
