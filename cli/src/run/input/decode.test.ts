import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadText, decodeText } from './decode.ts'

const blocksOf = async function* (bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const decode = async (bytes: Buffer, size: number, encoding = 'utf-8') => {
  const pieces: string[] = []
  for await (const text of decodeText(blocksOf(bytes, size), encoding)) pieces.push(text)
  return pieces
}

describe('text', () => {
  it('is the same wherever its bytes are cut, in whole lines', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', '한', '😀', '\n', '\r', '"', ','), maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (original, size) => {
        const pieces = await decode(Buffer.from(original), size)
        expect(pieces.join('')).toBe(original)
        for (const piece of pieces.slice(0, -1)) expect(piece.endsWith('\n')).toBe(true)
      }),
    )
  })

  it('that is broken is told by its line, wherever its bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0xff, 0xc3, 0x00),
        async (linesBefore, size, bad) => {
          const bytes = Buffer.concat([
            Buffer.from('한글\n'.repeat(linesBefore)),
            Buffer.from([0x61, bad, 0x62]),
            Buffer.from('\nmore\n'),
          ])
          const error: unknown = await decode(bytes, size).catch((caught: unknown) => caught)
          expect(error).toBeInstanceOf(BadText)
          expect(error).toMatchObject({ line: linesBefore + 1 })
        },
      ),
    )
  })

  it('may have another encoding', async () => {
    const korean = Buffer.from([0xc7, 0xd1, 0xb1, 0xdb, 0x0a, 0xb0, 0xa1])
    expect((await decode(korean, 3, 'euc-kr')).join('')).toBe('한글\n가')
  })
})
