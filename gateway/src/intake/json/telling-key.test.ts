import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTellingKey } from './telling-key.ts'

const ORDER = { keys: ['input', 'requests'], fieldsBytesMax: 1_000, depthMax: 8 }

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield Buffer.from(bytes.subarray(at, at + length))
}

const read = async (text: string, pieceLength = 7) => {
  let taken = 0
  const counted = async function* () {
    for await (const piece of inPieces(Buffer.from(text), pieceLength)) {
      taken += 1
      yield piece
    }
  }
  const { key, body } = await readTellingKey(counted(), ORDER)
  const takenFirst = taken
  const pieces: Buffer[] = []
  for await (const piece of body) pieces.push(piece)
  return { key, whole: Buffer.concat(pieces).toString(), takenFirst }
}

describe('the member that says whose a body is', () => {
  it('is the first one that tells, and the body is whole all the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('model', 'input', 'requests', 'metadata'), { maxLength: 4 }),
        fc.integer({ min: 1, max: 40 }),
        async (names, pieceLength) => {
          const text = `{${names.map((name) => `"${name}":[{"requests":1},"input"]`).join(',')}}`
          const { key, whole } = await read(text, pieceLength)
          expect(whole).toBe(text)
          expect(key).toBe(names.find((name) => ORDER.keys.includes(name)))
        },
      ),
    )
  })

  it('is not looked for behind where it was found', async () => {
    const { key, takenFirst } = await read(`{"requests":[${'1,'.repeat(1_000)}1]}`)
    expect(key).toBe('requests')
    expect(takenFirst).toBeLessThan(4)
  })

  it('is not looked for in what is no JSON, or too large', async () => {
    for (const text of ['[1]', `{"a":"${'x'.repeat(2_000)}","requests":[]}`, '']) {
      const { key, whole } = await read(text)
      expect(key).toBeUndefined()
      expect(whole).toBe(text)
    }
  })
})
