import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { SegmentPart } from '../../storage/shards.ts'
import type { BatchStore, BatchView } from '../../storage/tenant.ts'
import { inPieces, mergeShards, type OpenedShard } from './merge-shards.ts'
import { placedLinesOf } from './shard-lines.ts'
import { settledSpans, spansOf, tableOf } from './shard-spans.ts'

export interface InterleavedFileSource {
  readonly store: Pick<BatchStore, 'output' | 'index' | 'sealedShards'>
  readonly blobs: Pick<Blobs, 'read'>
}

export interface InterleavedFile {
  readonly bytes: number
  /** From the beginning, in pieces that end with a line; it throws where a segment cannot be read. */
  read(): AsyncGenerator<Buffer>
}

/**
 * One part of a batch of several models as a file, in input order. While the batch runs it ends at the last place that
 * no shard spans and before which all are sealed; once it has ended it is whole. Undefined where the batch was deleted
 * meanwhile.
 */
export const interleavedFile = async (
  { store, blobs }: InterleavedFileSource,
  batch: Pick<BatchView, 'id' | 'shards'>,
  part: SegmentPart,
): Promise<InterleavedFile | undefined> => {
  const sealed = new Map(
    (await store.sealedShards(batch.id, part)).map(({ number, bytes }) => [number, bytes]),
  )
  const spans = await spansOf(store, batch)
  if (!spans) return undefined
  const shown = settledSpans(spans, (number) => sealed.has(number))
  const openShard = async (number: number): Promise<OpenedShard> => {
    const shard = await store.output(batch.id, number)
    const table = await tableOf(store, batch.id, number)
    if (shard?.kind !== 'segment' || !table) throw new Error(`${batch.id} was deleted while it was read`)
    return { lines: placedLinesOf(blobs, shard, part), indexAt: table.batchIndex }
  }
  return {
    bytes: shown.reduce((sum, { number }) => sum + (sealed.get(number) ?? 0), 0),
    read: () => inPieces(mergeShards(shown, openShard)),
  }
}
