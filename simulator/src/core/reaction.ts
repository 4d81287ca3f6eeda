/** A request as the simulator gets it: header names in lower case, the body whole. */
export interface SimulatorRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/**
 * What happens next, as data: the HTTP shell plays it with real timers, a simulation with its own clock.
 * `firstByteMs` after the request the status, the headers and the start of the body arrive; `bodyMs` later its end.
 */
export interface Reaction {
  /** The request's number, from 1. */
  readonly n: number
  readonly status: number
  /** Without those of the framing (`content-length`, `connection`, `date`). */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** At this offset of the body come so many bytes of `x` more: 70 MB need no buffer of 70 MB. */
  readonly filler?: Filler
  /** A stream's: its body goes out in these pieces and in no others. */
  readonly pieces?: readonly Piece[]
  readonly firstByteMs: number
  readonly bodyMs: number
  /** Instead of the answer: a reset without a byte, a reset after half of the body, silence; or both after the body. */
  readonly fault?: 'reset_before' | 'reset_mid' | 'hang' | 'reset_after' | 'hang_after'
  /** `answered`, the kind of the fault, or the code of the refusal. */
  readonly outcome: string
}

export interface Filler {
  readonly at: number
  readonly bytes: number
}

export interface Piece {
  /** Up to this offset of the body. */
  readonly end: number
  /** Milliseconds after the first byte; never before the piece before it. */
  readonly atMs: number
}

export const reactionBytes = (reaction: Reaction): number =>
  reaction.body.length + (reaction.filler?.bytes ?? 0)

const fillerChunk = Buffer.alloc(65_536, 'x')

/** The body in pieces of at most 64 KiB where it has a filler, else in one. */
export function* reactionChunks({ body, filler }: Reaction): Generator<Buffer> {
  if (filler === undefined) {
    yield body
    return
  }
  yield body.subarray(0, filler.at)
  for (let left = filler.bytes; left > 0; left -= fillerChunk.length) {
    yield left < fillerChunk.length ? fillerChunk.subarray(0, left) : fillerChunk
  }
  yield body.subarray(filler.at)
}
