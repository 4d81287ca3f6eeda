import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeIndex } from '../../batch/index-codec.ts'
import { type InterleavedSource, interleavedLines } from './interleaved-lines.ts'

/** A shard: the places of its requests in the batch, and what of them is finished. */
interface Shard {
  readonly places: readonly number[]
  readonly isSealed: boolean
  /** Of a running shard: the positions that are finished, as they were recorded. */
  readonly recorded: readonly number[]
}

const lineOf = (place: number): string => `{"n":${place}}\n`

const finishedPlaces = ({ places, isSealed, recorded }: Shard): number[] =>
  isSealed ? [...places] : recorded.flatMap((position) => places[position] ?? [])

const sourceOf = (shards: readonly Shard[]): InterleavedSource => {
  const bodies = shards.map(({ places }) => Buffer.from(places.map(lineOf).join('')))
  return {
    blobs: {
      read: async (blob, start, bytes) =>
        Buffer.from(bodies[Number(blob)] ?? '').subarray(start, start + bytes),
    },
    store: {
      async index(_, number) {
        const entry = { idStart: 0, idLength: 1, bodyStart: 1, bodyLength: 1, variant: 0 }
        return encodeIndex((shards[number]?.places ?? []).map((batchIndex) => ({ ...entry, batchIndex })))
      },
      async finished(_, number) {
        const shard = shards[number]
        if (!shard || shard.isSealed) return undefined
        const lines = Buffer.from(finishedPlaces(shard).map(lineOf).join(''))
        return { lines, positions: shard.recorded, count: shard.places.length }
      },
      async output(_, number) {
        const bytes = bodies[number]?.length ?? 0
        const count = shards[number]?.places.length ?? 0
        return {
          kind: 'segment',
          blob: `${number}`,
          bytes,
          errors: null,
          kinds: null,
          count,
          id: number,
          retry: null,
        }
      },
    },
  }
}

const textOf = async (pieces: AsyncIterable<Buffer>): Promise<string> => {
  let text = ''
  for await (const piece of pieces) text += piece.toString()
  return text
}

/** Requests of a few models by chance, cut into shards of a few requests. */
const batches = fc
  .record({
    models: fc.array(fc.nat(4), { minLength: 1, maxLength: 60 }),
    size: fc.integer({ min: 1, max: 7 }),
  })
  .chain(({ models, size }) => {
    const byModel = Map.groupBy(models.keys(), (place) => models[place])
    const cut = [...byModel.values()].flatMap((places) =>
      Array.from({ length: Math.ceil(places.length / size) }, (_, at) =>
        places.slice(at * size, (at + 1) * size),
      ),
    )
    const shardOf = (places: number[]): fc.Arbitrary<Shard> =>
      fc.record({
        places: fc.constant(places),
        isSealed: fc.boolean(),
        recorded: fc.shuffledSubarray([...places.keys()]),
      })
    return fc
      .tuple(...cut.map(shardOf))
      .chain((shards) => fc.shuffledSubarray(shards, { minLength: shards.length }))
  })

it('whatever is finished comes in input order, however it was cut into shards', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (shards) => {
      const expected = shards
        .flatMap(finishedPlaces)
        .sort((one, other) => one - other)
        .map(lineOf)
      const lines = interleavedLines(sourceOf(shards), { id: 'b', shards: shards.length })
      expect(await textOf(lines)).toBe(expected.join(''))
    }),
  )
})

it('breaks off where the batch is deleted meanwhile', async () => {
  const source = sourceOf([{ places: [0, 1], isSealed: true, recorded: [] }])
  const deleted = { ...source, store: { ...source.store, output: async () => undefined } }
  await expect(textOf(interleavedLines(deleted, { id: 'b', shards: 1 }))).rejects.toThrow('was deleted')
})
