import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineSplitter } from './line-splitter.ts'

const LINE_BYTES_MAX = 12

interface SplitLine {
  readonly number: number
  readonly offset: number
  readonly byteLength: number
  readonly text: string | undefined
}

const linesOf = (chunks: readonly Buffer[]): SplitLine[] => {
  const lines: SplitLine[] = []
  const splitter = new LineSplitter(LINE_BYTES_MAX, ({ number, offset, byteLength, bytes, start, end }) => {
    if (bytes) expect(end - start).toBe(byteLength)
    lines.push({ number, offset, byteLength, text: bytes?.toString('latin1', start, end) })
  })
  for (const chunk of chunks) splitter.push(chunk)
  splitter.end()
  return lines
}

const chunked = (whole: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).toSorted((a, b) => a - b), whole.length]
  return places.slice(1).map((end, at) => whole.subarray(places[at], end))
}

/** The same by `split`, over the whole. */
const expectedOf = (whole: Buffer): SplitLine[] => {
  const texts = whole.toString('latin1').split('\n')
  if (texts.at(-1) === '') texts.pop()
  let offset = 0
  return texts.map((text, index) => {
    const line = { number: index + 1, offset, byteLength: text.length }
    offset += text.length + 1
    return { ...line, text: text.length > LINE_BYTES_MAX ? undefined : text }
  })
}

describe('the line splitter', () => {
  it('cuts as `split` does, wherever the chunks end', () => {
    const bytes = fc.array(fc.constantFrom(0x0a, 0x0a, 0x61, 0x0d, 0xff), { maxLength: 80 })
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 8 }), (given, cuts) => {
        const whole = Buffer.from(given)
        expect(linesOf(chunked(whole, cuts))).toEqual(expectedOf(whole))
      }),
    )
  })

  it('keeps nothing of a line that is too long, and goes on behind it', () => {
    const long = Buffer.alloc(LINE_BYTES_MAX, 'x')
    const lines = linesOf([long, long, Buffer.from('\nnext')])
    expect(lines).toEqual([
      { number: 1, offset: 0, byteLength: 24, text: undefined },
      { number: 2, offset: 25, byteLength: 4, text: 'next' },
    ])
  })

  it('has no lines of an empty file', () => {
    expect(linesOf([])).toEqual([])
    expect(linesOf([Buffer.alloc(0)])).toEqual([])
  })
})
