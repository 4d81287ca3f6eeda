import { ANSWER_KINDS } from '../../batch/answer-frame.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { SegmentPart, SegmentPiece } from '../../storage/shards.ts'
import type { SealedShard, ShardOutput } from '../../storage/tenant.ts'

const READ_BYTES = 1_048_576
const LINE_FEED = 0x0a

type ReadBlobs = Pick<Blobs, 'read'>

/** All finished lines of a shard, in pieces of any length that end with a line. */
export async function* piecesOf(blobs: ReadBlobs, output: ShardOutput): AsyncGenerator<Buffer> {
  if (output.kind === 'lines') {
    if (output.lines.length > 0) yield Buffer.from(output.lines)
    return
  }
  yield* bytesOf(blobs, output)
  if (output.errors) yield* bytesOf(blobs, output.errors)
}

export interface PlacedLine {
  readonly position: number
  readonly kind: (typeof ANSWER_KINDS)[number]
  readonly line: Buffer
}

/** The lines of a sealed shard one by one, in input order, wherever success and error lie. */
export async function* placedLines(blobs: ReadBlobs, shard: SealedShard): AsyncGenerator<PlacedLine> {
  const lines = linesOf(bytesOf(blobs, shard))
  const errors = shard.errors ? linesOf(bytesOf(blobs, shard.errors)) : undefined
  for (let position = 0; position < shard.count; position += 1) {
    const kind = kindAt(shard, position)
    const next = await (kind === 'succeeded' || !errors ? lines : errors).next()
    if (next.done) throw endsEarly(shard)
    yield { position, kind, line: next.value }
  }
}

/** Those of one part alone: where success and error lie apart, the other one may be deleted. */
export async function* placedLinesOf(
  blobs: ReadBlobs,
  shard: SealedShard,
  part: SegmentPart,
): AsyncGenerator<PlacedLine> {
  const segment = part === 'output' ? shard : shard.errors
  if (!segment) return
  const lines = linesOf(bytesOf(blobs, segment))
  for (let position = 0; position < shard.count; position += 1) {
    const kind = kindAt(shard, position)
    const liesIn = kind === 'succeeded' || !shard.errors ? 'output' : 'error'
    if (liesIn !== part) continue
    const next = await lines.next()
    if (next.done) throw endsEarly(shard)
    yield { position, kind, line: next.value }
  }
}

const kindAt = ({ kinds }: SealedShard, position: number): PlacedLine['kind'] =>
  ANSWER_KINDS[kinds?.[position] ?? 0] ?? 'succeeded'

const endsEarly = ({ id }: SealedShard): Error =>
  new Error(`a segment of shard ${id} ends before its last line`)

async function* bytesOf(blobs: ReadBlobs, { blob, bytes }: SegmentPiece): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes; start += READ_BYTES) {
    yield await blobs.read(blob, start, Math.min(READ_BYTES, bytes - start))
  }
}

/** With their line feeds. */
async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let begun = Buffer.alloc(0)
  for await (const piece of pieces) {
    let at = 0
    for (let end = piece.indexOf(LINE_FEED); end >= 0; end = piece.indexOf(LINE_FEED, at)) {
      const rest = piece.subarray(at, end + 1)
      yield begun.length === 0 ? rest : Buffer.concat([begun, rest])
      begun = Buffer.alloc(0)
      at = end + 1
    }
    if (at < piece.length) begun = Buffer.concat([begun, piece.subarray(at)])
  }
}
