import type { Piece, Reaction } from '../reaction.ts'
import type { Stream, StreamEvent } from './stream.ts'

/** About what a socket takes at once: so a client that reads slowly, or leaves, is noticed in a long answer. */
const pieceBytesMax = 32_768

/**
 * The answer with events for a body, in pieces: what is due at the same time goes out together. `events` are what
 * a fault has left of the stream's; each keeps the time that it has in the whole.
 */
export const planned = (
  answer: Reaction,
  stream: Stream,
  events: readonly StreamEvent[] = stream.events,
): Reaction => {
  const tokenMs = answer.bodyMs / Math.max(1, stream.events.at(-1)?.tokens ?? 0)
  const pieces = piecesOf(events, tokenMs)
  return {
    ...answer,
    body: Buffer.concat(events.map(({ bytes }) => bytes)),
    bodyMs: pieces.at(-1)?.atMs ?? 0,
    pieces,
  }
}

const piecesOf = (events: readonly StreamEvent[], tokenMs: number): readonly Piece[] => {
  const pieces: Piece[] = []
  let begin = 0
  let end = 0
  for (const { bytes, tokens } of events) {
    const atMs = tokens * tokenMs
    if (pieces.at(-1)?.atMs === atMs && end + bytes.length - begin <= pieceBytesMax) pieces.pop()
    else begin = end
    end += bytes.length
    pieces.push({ end, atMs })
  }
  return pieces
}

/** The same bytes at the same times, in pieces of so few that they cut events and characters in two. */
export const split = (stream: Reaction, bytesMax: number): Reaction => {
  const pieces: Piece[] = []
  let begin = 0
  for (const { end, atMs } of stream.pieces ?? []) {
    for (let at = begin + bytesMax; at < end; at += bytesMax) pieces.push({ end: at, atMs })
    pieces.push({ end, atMs })
    begin = end
  }
  return { ...stream, pieces }
}
