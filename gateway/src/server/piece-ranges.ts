import type { Blobs } from '../storage/blobs/blobs.ts'
import type { SegmentPiece } from '../storage/shards.ts'

const READ_BYTES = 1_048_576

/** Bytes `[start, end)` of a file. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** `Range: bytes=a-b`, one range; undefined where there is none, or one of a kind that is passed over (RFC 9110 §14.2). */
export const readRange = (
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return undefined
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) }
  return range.start < range.end ? range : 'unsatisfiable'
}

export interface PieceRead {
  readonly blob: string
  readonly start: number
  readonly length: number
}

/** The reads that a range over pieces takes which lie one behind another. */
export function* readsOf(
  pieces: readonly SegmentPiece[],
  { start, end }: ByteRange,
  bytesMax: number,
): Generator<PieceRead> {
  let before = 0
  for (const piece of pieces) {
    const from = Math.max(0, start - before)
    const to = Math.min(piece.bytes, end - before)
    for (let at = from; at < to; at += bytesMax) {
      yield { blob: piece.blob, start: at, length: Math.min(bytesMax, to - at) }
    }
    before += piece.bytes
    if (before >= end) return
  }
}

/** The bytes of a range over pieces that lie one behind another, in reads of 1 MB. */
export async function* bytesOf(
  blobs: Pick<Blobs, 'read'>,
  pieces: readonly SegmentPiece[],
  range: ByteRange,
): AsyncGenerator<Buffer> {
  for (const { blob, start, length } of readsOf(pieces, range, READ_BYTES)) {
    yield await blobs.read(blob, start, length)
  }
}
