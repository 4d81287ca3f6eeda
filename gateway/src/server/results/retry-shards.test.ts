import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SealedShard, ShardOutput } from '../../storage/tenant.ts'
import type { LinesSource } from './batch-lines.ts'
import { RetryShards } from './retry-shards.ts'

const shard = (id: number, original: number): SealedShard => ({
  kind: 'segment',
  id,
  blob: `s-${id}`,
  bytes: 0,
  count: 1,
  kinds: null,
  errors: null,
  retry: { shard: original, positions: new Uint8Array([1]) },
})

/** The retry of some of the shards, whose reads are counted. */
const openRetry = (originals: readonly number[]) => {
  const reads: number[] = []
  const shards = originals.map((original, number) => shard(1_000 + number, original))
  const source: LinesSource = {
    store: {
      output: async (_batch, number): Promise<ShardOutput | undefined> => {
        reads.push(number)
        return shards[number]
      },
    },
    blobs: {
      read: () => {
        throw new Error('not asked for')
      },
    },
  }
  const batch = { id: 'batch_retry', shards: shards.length }
  return { retry: new RetryShards(source, batch), reads }
}

it('finds the shard that tries each one again, in whatever order they are asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(40), { maxLength: 12 }),
      fc.shuffledSubarray(
        Array.from({ length: 41 }, (_, id) => id),
        { minLength: 41 },
      ),
      async (chosen, asked) => {
        const { retry } = openRetry(chosen.toSorted((one, other) => one - other))
        for (const id of asked) {
          const found = await retry.find(shard(id, -1))
          expect(found?.retry?.shard).toBe(chosen.includes(id) ? id : undefined)
        }
      },
    ),
  )
})

it('reads no shard before it is needed', async () => {
  const { retry, reads } = openRetry([3, 5, 9])
  await retry.find(shard(3, -1))
  await retry.find(shard(4, -1))
  expect(reads).toEqual([0, 1])
})
