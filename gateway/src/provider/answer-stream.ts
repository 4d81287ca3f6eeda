import type { Usage } from '../money/usage.ts'
import type { Failure } from './failure.ts'

/** Reads an answer that comes as a stream of events, while it passes. Never throws. */
export interface AnswerStream {
  /** Gives what may be passed on now: all of the piece, but for an event that is to be left out. */
  take(piece: Buffer): Buffer
  /** The body has ended: gives what was held back. */
  end(): Buffer
  /** Its last event has come: whatever happens to the connection afterwards, the answer is whole. */
  readonly isWhole: boolean
  /** What has come ends in the middle of an event. */
  readonly isWithinEvent: boolean
  /** Why it is no whole answer although its body has ended; an event may say it, or the lack of one. */
  failure(): Failure | undefined
  /** Undefined where the provider has told none so far. */
  usage(): Usage | undefined
  /** All that was generated so far, for those who count its tokens. */
  text(): string
}

export interface StreamOrder {
  /** The event that holds nothing but the usage is left out: the client did not ask for it. */
  readonly hidesUsage: boolean
}
