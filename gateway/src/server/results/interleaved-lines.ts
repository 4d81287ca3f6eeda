import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { BatchStore, BatchView, FinishedLines } from '../../storage/tenant.ts'
import { inPieces, mergeShards, type PlacedText } from './merge-shards.ts'
import { placedLines } from './shard-lines.ts'
import { spansOf, tableOf } from './shard-spans.ts'

export interface InterleavedSource {
  readonly store: Pick<BatchStore, 'output' | 'finished' | 'index'>
  readonly blobs: Pick<Blobs, 'read'>
}

/**
 * All that a batch of several models has finished so far, in input order. Each of its shards has the requests of one
 * model, and those of others lie between them.
 */
export async function* interleavedLines(
  source: InterleavedSource,
  batch: Pick<BatchView, 'id' | 'shards'>,
): AsyncGenerator<Buffer> {
  const spans = await spansOf(source.store, batch)
  if (!spans) throw deleted(batch.id)
  const lines = mergeShards(spans, async (number) => {
    const table = await tableOf(source.store, batch.id, number)
    if (!table) throw deleted(batch.id)
    return { lines: linesOf(source, batch.id, number), indexAt: table.batchIndex }
  })
  yield* inPieces(lines)
}

async function* linesOf(
  { store, blobs }: InterleavedSource,
  batch: string,
  number: number,
): AsyncGenerator<PlacedText> {
  const running = await store.finished(batch, number, NO_BITS)
  if (running) {
    yield* sorted(running)
    return
  }
  const output = await store.output(batch, number)
  // Ending here would pass for all of it: the answer breaks off instead.
  if (output?.kind !== 'segment') throw deleted(batch)
  yield* placedLines(blobs, output)
}

/** They come in the order in which they were recorded. */
const sorted = ({ lines, positions }: FinishedLines): PlacedText[] => {
  const bytes = Buffer.from(lines)
  let start = 0
  const placed = positions.map((position) => {
    const end = bytes.indexOf(LINE_FEED, start) + 1
    const line = bytes.subarray(start, end)
    start = end
    return { position, line }
  })
  return placed.sort((one, other) => one.position - other.position)
}

const deleted = (batch: string): Error => new Error(`${batch} was deleted while its results were read`)

const LINE_FEED = 0x0a
const NO_BITS = new Uint8Array(0)
