import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeIndex, encodeIndex, type IndexEntry } from '../../batch/index-codec.ts'
import { createManualClock } from '../../clock/manual-clock.ts'
import { createRequestSource } from './request-source.ts'

interface Written {
  readonly id: string
  readonly body: string
  readonly between: string
  /** How its client wrote it. */
  readonly order: 'id first' | 'body first' | 'id within'
}

const written: fc.Arbitrary<Written> = fc.record({
  id: fc.string({ maxLength: 6 }).map((text) => JSON.stringify(text)),
  body: fc.string({ minLength: 1, maxLength: 30 }),
  between: fc.constantFrom(',', ' , ', ''),
  order: fc.constantFrom('id first', 'body first', 'id within'),
})

/** The blob as it came, and where in it each request lies. */
const placed = (requests: readonly Written[]): { blob: Buffer; entries: IndexEntry[] } => {
  let text = ''
  const bytes = (): number => Buffer.byteLength(text)
  const put = (part: string): { start: number; length: number } => {
    const start = bytes()
    text += part
    return { start, length: Buffer.byteLength(part) }
  }
  const entries = requests.map(({ id, body, between, order }, batchIndex) => {
    put('{')
    const first = put(order === 'id first' ? id : body)
    put(order === 'id within' ? '' : between)
    const second = order === 'id within' ? first : put(order === 'id first' ? body : id)
    put('}\n')
    const [idPlace, bodyPlace] = order === 'body first' ? [second, first] : [first, second]
    return {
      batchIndex,
      idStart: idPlace.start,
      idLength: idPlace.length,
      bodyStart: bodyPlace.start,
      bodyLength: bodyPlace.length,
      variant: batchIndex,
    }
  })
  return { blob: Buffer.from(text), entries }
}

it('brings each request with its id and its bytes, wherever a client wrote them and windows end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(written, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 120 }),
      async (requests, windowBytesMax) => {
        const { blob, entries } = placed(requests)
        let onLoaded = (): void => undefined
        const source = createRequestSource({
          blobs: { read: async (_name, start, length) => blob.subarray(start, start + length) },
          clock: createManualClock(),
          blob: 'inputs/b',
          table: decodeIndex(encodeIndex(entries)),
          positions: entries.map((_, position) => position),
          windowBytesMax,
          onLoaded: () => onLoaded(),
          onError: (error) => {
            throw error
          },
          isWanted: () => true,
        })
        for (const [position, entry] of entries.entries()) {
          while (source.nextBytes() === undefined) {
            const more = Promise.withResolvers<void>()
            onLoaded = more.resolve
            if (source.nextBytes() === undefined) await more.promise
          }
          const { customId, fragment, variant } = source.take()
          const text = (start: number, length: number) => blob.toString('utf8', start, start + length)
          expect(customId).toBe(text(entry.idStart, entry.idLength))
          expect(fragment.toString()).toBe(text(entry.bodyStart, entry.bodyLength))
          expect(variant).toBe(position)
        }
        expect(source.left()).toBe(0)
      },
    ),
  )
})
