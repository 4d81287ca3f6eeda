import { Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeIndex } from '../../batch/index-codec.ts'
import { SEGMENT_PARTS } from '../../storage/life-names.ts'
import type { SegmentPart } from '../../storage/shards.ts'
import { sendLines } from '../send-lines.ts'
import { type InterleavedFile, type InterleavedFileSource, interleavedFile } from './interleaved-file.ts'

interface Request {
  readonly model: number
  readonly failed: boolean
  readonly said: string
}

interface Batch {
  readonly requests: readonly Request[]
  /** The places of their requests in the batch. */
  readonly shards: ReadonlyArray<readonly number[]>
  readonly layout: 'together' | 'apart'
  /** Shards in the order in which they are sealed. */
  readonly sealing: readonly number[]
}

const lineOf = ({ requests }: Batch, place: number): string =>
  `{"n":${place},"said":${JSON.stringify(requests[place]?.said)}}\n`

const liesIn = ({ requests, layout }: Batch, place: number): SegmentPart =>
  layout === 'apart' && requests[place]?.failed ? 'error' : 'output'

const segmentOf = (batch: Batch, number: number, part: SegmentPart): Buffer => {
  const places = (batch.shards[number] ?? []).filter((place) => liesIn(batch, place) === part)
  return Buffer.from(places.map((place) => lineOf(batch, place)).join(''))
}

/** The file that all sealed shards together would be. */
const expectedOf = (batch: Batch, part: SegmentPart): string =>
  [...batch.requests.keys()]
    .filter((place) => liesIn(batch, place) === part)
    .map((place) => lineOf(batch, place))
    .join('')

const sourceOf = (batch: Batch, sealed: number): InterleavedFileSource => ({
  blobs: {
    async read(blob, start, bytes) {
      const [number, part] = blob.split(' ')
      const named = SEGMENT_PARTS.find((each) => each === part)
      if (!named) throw new Error(`there is no ${blob}`)
      return segmentOf(batch, Number(number), named).subarray(start, start + bytes)
    },
  },
  store: {
    async index(_, number) {
      const entry = { idStart: 0, idLength: 1, bodyStart: 1, bodyLength: 1, variant: 0 }
      return encodeIndex((batch.shards[number] ?? []).map((batchIndex) => ({ ...entry, batchIndex })))
    },
    async sealedShards(_, part) {
      return batch.sealing
        .slice(0, sealed)
        .map((number) => ({ number, bytes: segmentOf(batch, number, part).length }))
    },
    async output(_, number) {
      const places = batch.shards[number] ?? []
      const errors = segmentOf(batch, number, 'error').length
      return {
        kind: 'segment',
        blob: `${number} output`,
        bytes: segmentOf(batch, number, 'output').length,
        errors: errors === 0 ? null : { blob: `${number} error`, bytes: errors },
        kinds: Uint8Array.from(places, (place) => (batch.requests[place]?.failed ? 1 : 0)),
        count: places.length,
        id: number,
        retry: null,
      }
    },
  },
})

/** Shards of one model each; numbered by chance, as they are by when they were full. */
const batches: fc.Arbitrary<Batch> = fc
  .record({
    requests: fc.array(
      fc.record({ model: fc.nat(4), failed: fc.boolean(), said: fc.string({ unit: 'grapheme' }) }),
      { minLength: 1, maxLength: 50 },
    ),
    size: fc.integer({ min: 1, max: 6 }),
    layout: fc.constantFrom('together' as const, 'apart' as const),
  })
  .chain(({ requests, size, layout }) => {
    const byModel = Map.groupBy(requests.keys(), (place) => requests[place]?.model)
    const cut = [...byModel.values()].flatMap((places) =>
      Array.from({ length: Math.ceil(places.length / size) }, (_, at) =>
        places.slice(at * size, (at + 1) * size),
      ),
    )
    const numbers = [...cut.keys()]
    return fc.record({
      requests: fc.constant(requests),
      layout: fc.constant(layout),
      shards: fc.shuffledSubarray(cut, { minLength: cut.length }),
      sealing: fc.shuffledSubarray(numbers, { minLength: numbers.length }),
    })
  })

const fileOf = async (source: InterleavedFileSource, { shards }: Batch, part: SegmentPart) => {
  const file = await interleavedFile(source, { id: 'b', shards: shards.length }, part)
  if (!file) throw new Error('the batch is there')
  return file
}

class Client extends Writable {
  readonly #pieces: Buffer[] = []

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(piece)
    // It takes its time, as clients do.
    setImmediate(done)
  }

  got(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

const sent = async (file: InterleavedFile, range = { start: 0, end: file.bytes }): Promise<Buffer> => {
  const client = new Client()
  await sendLines(file.read(), client, range)
  return client.got()
}

describe('the file of a batch of several models', () => {
  it('has every line of its part once, in input order, however it was cut into shards', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom(...SEGMENT_PARTS), async (batch, part) => {
        const { store, blobs } = sourceOf(batch, batch.shards.length)
        // The other part is a file of its own: it may be deleted.
        const read: typeof blobs.read = (blob, start, bytes) => {
          expect(blob.endsWith(part)).toBe(true)
          return blobs.read(blob, start, bytes)
        }
        const file = await fileOf({ store, blobs: { read } }, batch, part)
        const whole = await sent(file)
        expect(whole.toString()).toBe(expectedOf(batch, part))
        expect(file.bytes).toBe(whole.length)
      }),
    )
  })

  it('only grows at its end while the batch runs, and says its size at every look', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom(...SEGMENT_PARTS), async (batch, part) => {
        let before = ''
        for (let sealed = 0; sealed <= batch.shards.length; sealed += 1) {
          const file = await fileOf(sourceOf(batch, sealed), batch, part)
          const now = await sent(file)
          expect(now.length).toBe(file.bytes)
          expect(now.toString().startsWith(before)).toBe(true)
          before = now.toString()
        }
        expect(before).toBe(expectedOf(batch, part))
      }),
      { numRuns: 40 },
    )
  })

  it('shows what is sealed up to the last place that no shard spans', async () => {
    const requests = [0, 1, 0, 1, 0, 1].map((model) => ({ model, failed: false, said: '' }))
    const batch: Batch = {
      requests,
      layout: 'together',
      shards: [[0, 2], [1, 3], [4], [5]],
      sealing: [0, 2, 1, 3],
    }
    const lines = async (sealed: number): Promise<number> =>
      (await sent(await fileOf(sourceOf(batch, sealed), batch, 'output'))).toString().split('\n').length - 1
    expect(await Promise.all([0, 1, 2, 3, 4].map(lines))).toEqual([0, 0, 0, 5, 6])
  })

  it('gives any range as it is in the whole', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(), fc.nat(), async (batch, one, other) => {
        const file = await fileOf(sourceOf(batch, batch.shards.length), batch, 'output')
        const [start, end] = [one % (file.bytes + 1), other % (file.bytes + 1)].sort((a, b) => a - b)
        const range = { start: start ?? 0, end: end ?? 0 }
        const part = await sent(file, range)
        expect(part).toEqual((await sent(file)).subarray(range.start, range.end))
      }),
    )
  })

  const two: Batch = {
    requests: [0, 1].map((model) => ({ model, failed: false, said: 'a' })),
    layout: 'apart',
    shards: [[0], [1]],
    sealing: [0, 1],
  }

  it.each([
    ['is gone', async () => Promise.reject(new Error('there is no such blob'))],
    ['is short', async () => Buffer.alloc(0)],
  ])('is cut off where a segment of it %s', async (_name, read) => {
    const source = sourceOf(two, 2)
    const blobs: InterleavedFileSource['blobs'] = {
      read: (blob, start, bytes) => (blob.startsWith('1') ? read() : source.blobs.read(blob, start, bytes)),
    }
    const file = await fileOf({ ...source, blobs }, two, 'output')
    const client = new Client()
    await expect(sendLines(file.read(), client, { start: 0, end: file.bytes })).rejects.toThrow()
    expect([client.destroyed, client.writableEnded]).toEqual([true, false])
  })

  it('is not there where the batch was deleted meanwhile, and cut off where that was later', async () => {
    const { blobs, store } = sourceOf(two, 2)
    const order = { id: 'b', shards: 2 }
    const deleted = { blobs, store: { ...store, index: async () => undefined } }
    expect(await interleavedFile(deleted, order, 'output')).toBeUndefined()
    const later = { blobs, store: { ...store, output: async () => undefined } }
    await expect(sent(await fileOf(later, two, 'output'))).rejects.toThrow('was deleted')
  })
})
