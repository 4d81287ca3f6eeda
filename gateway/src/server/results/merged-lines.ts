import { hasBit } from '../../batch/done-bits.ts'
import type { BatchView, SealedShard } from '../../storage/tenant.ts'
import type { LinesSource } from './batch-lines.ts'
import { placedLines } from './shard-lines.ts'

/**
 * The results of a batch and its retries as one, in input order: the line of a request that was tried again
 * is that of its last try. `chain` begins with the first batch, and all of them have ended. A retry has its
 * shards in the order of those that they come from, so each is read once, side by side with them.
 */
export async function* mergedLines(source: LinesSource, chain: readonly BatchView[]): AsyncGenerator<Buffer> {
  const [first, ...retries] = chain
  if (!first) return
  const later = retries.map((batch) => ({ batch, next: 0 }))
  for (let number = 0; number < first.shards; number += 1) {
    yield* mergedShard(source, await sealed(source, first.id, number), later)
  }
}

interface Retry {
  readonly batch: BatchView
  /** The shard of it that was not merged yet. */
  next: number
}

async function* mergedShard(
  source: LinesSource,
  shard: SealedShard,
  [retry, ...later]: readonly Retry[],
): AsyncGenerator<Buffer> {
  const replacing = retry && (await shardThatRetries(source, shard, retry))
  const replacements = replacing && mergedShard(source, replacing, later)
  for await (const { position, line } of placedLines(source.blobs, shard)) {
    if (!replacements || !hasBit(replacing.retry?.positions ?? NO_BITS, position)) {
      yield line
      continue
    }
    const next = await replacements.next()
    if (next.done) throw new Error(`shard ${replacing.id} has too few lines for what it retries`)
    yield next.value
  }
}

const NO_BITS = new Uint8Array(0)

const shardThatRetries = async (
  source: LinesSource,
  shard: SealedShard,
  retry: Retry,
): Promise<SealedShard | undefined> => {
  if (retry.next >= retry.batch.shards) return undefined
  const candidate = await sealed(source, retry.batch.id, retry.next)
  if (candidate.retry?.shard !== shard.id) return undefined
  retry.next += 1
  return candidate
}

const sealed = async ({ store }: LinesSource, batch: string, number: number): Promise<SealedShard> => {
  const output = await store.output(batch, number)
  if (output?.kind !== 'segment') throw new Error(`shard ${number} of ${batch} was deleted while it was read`)
  return output
}
