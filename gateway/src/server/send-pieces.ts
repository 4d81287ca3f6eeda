import type { Writable } from 'node:stream'
import type { Blobs } from '../storage/blobs/blobs.ts'
import type { SegmentPiece } from '../storage/shards.ts'
import { type ByteRange, type PieceRead, readsOf } from './piece-ranges.ts'

const READ_BYTES = 1_048_576

/**
 * Writes a range of pieces to a connection: while one read is on its way to the client, the next one is made.
 * Two buffers take turns; new ones for each read would cost more than the reading. Where a piece cannot be
 * read the connection is cut: what was sent is too short for its length, and no client takes it for the whole.
 */
export const sendPieces = async (
  blobs: Pick<Blobs, 'read'>,
  target: Writable,
  { pieces, range }: { pieces: readonly SegmentPiece[]; range: ByteRange },
): Promise<void> => {
  const reads = [...readsOf(pieces, range, READ_BYTES)]
  const longest = reads.reduce((most, { length }) => Math.max(most, length), 0)
  const buffers = [Buffer.allocUnsafeSlow(longest), Buffer.allocUnsafeSlow(longest)] as const
  const read = (at: number): Promise<Buffer> | undefined => {
    const order: PieceRead | undefined = reads[at]
    return order && blobs.read(order.blob, order.start, order.length, buffers[at % 2 === 0 ? 0 : 1])
  }
  let next = read(0)
  for (let at = 0; next; at += 1) {
    const bytes = await next
    next = read(at + 1)
    // It is awaited in the next turn, which may not come.
    next?.catch(() => undefined)
    await written(target, bytes)
  }
  target.end()
}

/** Resolves when the bytes have left for the system: their buffer may be used again. */
const written = (target: Writable, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    target.write(bytes, (error) => (error ? reject(error) : resolve()))
  })
