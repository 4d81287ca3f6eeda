import type { Socket } from 'node:net'
import type { Piece } from '../core/reaction.ts'
import { chunk, lastChunk } from './response.ts'

export interface StreamOrder {
  readonly socket: Socket
  readonly head: Buffer
  readonly body: Buffer
  readonly pieces: readonly Piece[]
  /** The body is framed as one that came to its end. */
  readonly ends: boolean
  later(ms: number, run: () => void): void
  /** Everything is with the kernel. */
  over(): void
}

/** Plays each piece of a stream at its time, as a chunk of its own, and no faster than the client takes them. */
export const playStream = ({ socket, head, body, pieces, ends, later, over }: StreamOrder): void => {
  const startedAt = performance.now()
  const letters = lettersOf(head, body, pieces, ends)
  let next = letters.next()
  const playOn = (): void => {
    if (socket.destroyed) return
    const elapsedMs = performance.now() - startedAt
    let flows = true
    socket.cork()
    while (!next.done && flows && next.value.atMs <= elapsedMs) {
      flows = socket.write(next.value.bytes)
      next = letters.next()
    }
    socket.uncork()
    if (!flows) socket.once('drain', playOn)
    else if (next.done) over()
    else later(next.value.atMs - elapsedMs, playOn)
  }
  playOn()
}

interface Letter {
  readonly bytes: Buffer
  readonly atMs: number
}

function* lettersOf(
  head: Buffer,
  body: Buffer,
  pieces: readonly Piece[],
  ends: boolean,
): Generator<Letter, undefined> {
  yield { bytes: head, atMs: 0 }
  let begin = 0
  let lastMs = 0
  for (const { end, atMs } of pieces) {
    yield { bytes: chunk(body.subarray(begin, end)), atMs }
    begin = end
    lastMs = atMs
  }
  if (ends) yield { bytes: lastChunk, atMs: lastMs }
  return undefined
}
