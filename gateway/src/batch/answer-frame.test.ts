import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnswerEntry, ENTRY_HEADER_BYTES, encodeFrame, entryBytes, readFrame } from './answer-frame.ts'

const count = fc.nat(0xffff_ffff)
const amount = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const entry: fc.Arbitrary<AnswerEntry> = fc.record({
  position: count,
  kind: fc.constantFrom('succeeded' as const, 'failed' as const, 'expired' as const, 'cancelled' as const),
  usage: fc.record({
    promptTokens: count,
    cachedTokens: count,
    cacheWriteTokens: count,
    completionTokens: count,
    reasoningTokens: count,
  }),
  usageEstimated: fc.boolean(),
  charge: amount,
  listCharge: amount,
  cost: amount,
  costUnknown: fc.boolean(),
  latencyMs: count,
  line: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
})

const one: AnswerEntry = {
  position: 7,
  kind: 'failed',
  usage: { promptTokens: 1, cachedTokens: 2, cacheWriteTokens: 3, completionTokens: 4, reasoningTokens: 5 },
  usageEstimated: true,
  charge: 6n,
  listCharge: 8n,
  cost: 9n,
  costUnknown: true,
  latencyMs: 10,
  line: Buffer.from('{}\n'),
}

describe('a frame of answers', () => {
  it('gives back what was written, in that order', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 5 }), (entries) => {
        const frame = encodeFrame(entries)
        expect(frame.length).toBe(entries.reduce((sum, each) => sum + entryBytes(each), 0))
        expect([...readFrame(frame)]).toEqual(entries)
      }),
    )
  })

  it('is read from the middle of a larger buffer', () => {
    const larger = Buffer.concat([Buffer.from('before'), encodeFrame([one, one]), Buffer.from('behind')])
    const view = new Uint8Array(larger.buffer, larger.byteOffset + 6, 2 * entryBytes(one))
    expect([...readFrame(view)]).toEqual([one, one])
  })

  it('lies in stores for as long as a batch runs, so its form is frozen', () => {
    expect(encodeFrame([one]).toString('hex')).toBe(
      '07000000' + // position
        '01' + // failed
        '03' + // usage estimated, cost unknown
        '0000' +
        '03000000' + // length of the line
        '0100000002000000030000000400000005000000' +
        '0600000000000000' +
        '0800000000000000' +
        '0900000000000000' +
        '0a000000' +
        '7b7d0a',
    )
  })

  it('rounds a latency to whole milliseconds, and takes none below zero', () => {
    const read = (latencyMs: number) => [...readFrame(encodeFrame([{ ...one, latencyMs }]))][0]?.latencyMs
    expect([read(1.5), read(1.4), read(-3)]).toEqual([2, 1, 0])
  })

  it('that is damaged is refused, wherever it was cut off or overwritten', () => {
    const frame = encodeFrame([one, one])
    const readAll = (bytes: Uint8Array) => [...readFrame(bytes)]
    for (let length = 1; length < frame.length; length += 1) {
      if (length === entryBytes(one)) continue
      expect(() => readAll(frame.subarray(0, length)), `cut off at ${length}`).toThrow('damaged at byte')
    }
    const unknownKind = Buffer.from(frame)
    unknownKind[4] = 4
    expect(() => readAll(unknownKind)).toThrow('damaged at byte 0')
  })

  it('refuses a figure that does not fit its field, rather than storing another one', () => {
    expect(() => encodeFrame([{ ...one, charge: 2n ** 63n }])).toThrow(RangeError)
    expect(() => encodeFrame([{ ...one, usage: { ...one.usage, promptTokens: 2 ** 32 } }])).toThrow(
      RangeError,
    )
  })

  it('has no bytes without answers', () => {
    expect(encodeFrame([])).toHaveLength(0)
    expect([...readFrame(new Uint8Array(0))]).toEqual([])
    expect(entryBytes({ ...one, line: Buffer.alloc(0) })).toBe(ENTRY_HEADER_BYTES)
  })
})
