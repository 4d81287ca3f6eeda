import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ByteRange } from './piece-ranges.ts'

/** Pieces that are made before the client has taken those before them. */
const AHEAD_PIECES = 2

/**
 * Writes a range of what is read from its beginning, as fast as the client takes it. Where it cannot be read, or ends
 * before the range does, the connection is cut: no client takes what was sent for the whole.
 */
export const sendLines = (pieces: AsyncIterable<Buffer>, target: Writable, range: ByteRange): Promise<void> =>
  pipeline(Readable.from(rangeOf(pieces, range), { highWaterMark: AHEAD_PIECES }), target)

/** The length of no line is stored, so where the range begins is found by reading what lies before it. */
export async function* rangeOf(
  pieces: AsyncIterable<Buffer>,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  if (start === end) return
  let at = 0
  for await (const piece of pieces) {
    const from = Math.max(0, start - at)
    const to = Math.min(piece.length, end - at)
    if (from < to) yield piece.subarray(from, to)
    at += piece.length
    if (at >= end) return
  }
  throw new Error(`the content ends at byte ${at}, and byte ${end - 1} of it is wanted`)
}
