import { hasBit } from '../../batch/done-bits.ts'
import type { BatchView, SealedShard } from '../../storage/tenant.ts'
import type { InterleavedSource } from './interleaved-lines.ts'
import { inPieces, mergeShards, type PlacedText } from './merge-shards.ts'
import { RetryShards, sealedShard } from './retry-shards.ts'
import { placedLines } from './shard-lines.ts'
import { spansOf, tableOf } from './shard-spans.ts'

/**
 * The results of a batch and its retries as one, in input order: the line of a request that was tried again
 * is that of its last try. `chain` begins with the first batch, and all of them have ended.
 */
export async function* mergedLines(
  source: InterleavedSource,
  chain: readonly BatchView[],
): AsyncGenerator<Buffer> {
  const [first, ...retries] = chain
  if (!first) return
  const later = retries.map((batch) => new RetryShards(source, batch))
  const openShard = async (number: number): Promise<AsyncGenerator<PlacedText>> =>
    mergedShard(source, await sealedShard(source, first.id, number), later)
  yield* inPieces(
    first.models.length > 1 ? interleaved(source, first, openShard) : oneByOne(first, openShard),
  )
}

type OpenMerged = (number: number) => Promise<AsyncGenerator<PlacedText>>

async function* oneByOne({ shards }: BatchView, openShard: OpenMerged): AsyncGenerator<Buffer> {
  for (let number = 0; number < shards; number += 1) {
    for await (const { line } of await openShard(number)) yield line
  }
}

/** Each shard has the requests of one model, and those of others lie between them. */
async function* interleaved(
  { store }: InterleavedSource,
  batch: BatchView,
  openShard: OpenMerged,
): AsyncGenerator<Buffer> {
  const spans = await spansOf(store, batch)
  if (!spans) throw deleted(batch)
  yield* mergeShards(spans, async (number) => {
    const table = await tableOf(store, batch.id, number)
    if (!table) throw deleted(batch)
    return { lines: await openShard(number), indexAt: table.batchIndex }
  })
}

async function* mergedShard(
  source: InterleavedSource,
  shard: SealedShard,
  [retry, ...later]: readonly RetryShards[],
): AsyncGenerator<PlacedText> {
  const replacing = await retry?.find(shard)
  const replacements = replacing && mergedShard(source, replacing, later)
  for await (const { position, line } of placedLines(source.blobs, shard)) {
    if (!replacements || !hasBit(replacing.retry?.positions ?? NO_BITS, position)) {
      yield { position, line }
      continue
    }
    const next = await replacements.next()
    if (next.done) throw new Error(`shard ${replacing.id} has too few lines for what it retries`)
    yield { position, line: next.value.line }
  }
}

const NO_BITS = new Uint8Array(0)

const deleted = ({ id }: BatchView): Error => new Error(`${id} was deleted while its results were read`)
