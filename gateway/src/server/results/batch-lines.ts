import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { BatchStore, BatchView } from '../../storage/tenant.ts'
import { piecesOf } from './shard-lines.ts'

export interface LinesSource {
  readonly store: Pick<BatchStore, 'output'>
  readonly blobs: Pick<Blobs, 'read'>
}

/** All that a batch has finished so far, shard by shard. */
export async function* batchLines(
  { store, blobs }: LinesSource,
  { id, shards }: Pick<BatchView, 'id' | 'shards'>,
): AsyncGenerator<Buffer> {
  for (let shard = 0; shard < shards; shard += 1) {
    const output = await store.output(id, shard)
    // Ending here would pass for all of it: the answer breaks off instead.
    if (!output) throw new Error(`${id} was deleted while its results were read`)
    yield* piecesOf(blobs, output)
  }
}
