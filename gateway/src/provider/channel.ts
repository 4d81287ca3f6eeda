import type { BilledText } from '../money/estimate-usage.ts'
import type { AnswerStream, StreamOrder } from './answer-stream.ts'
import type { CallOutcome } from './call.ts'
import type { Deployment } from './deployment.ts'
import type { Failure } from './failure.ts'
import type { CallerHeaders, Target } from './protocol.ts'
import type { Verdict } from './verdict.ts'

/** How requests of one endpoint of ours travel to one deployment, and their answers back. */
export interface Channel {
  /**
   * Prepares one call; a failure where the request cannot be put into the provider's format. A promise only
   * where something that the request names has to be fetched first. Never throws, never rejects.
   */
  ask(request: Asked): Ask | Failure | Promise<Ask | Failure>
}

/** Undefined where the deployment's provider has nothing like the endpoint. */
export type ChannelOf = (deployment: Deployment, endpoint: string) => Channel | undefined

export interface Asked {
  /** In the caller's format, with the provider's name for the model. */
  readonly body: Buffer
  readonly isStream: boolean
  /** What the request names is fetched once within it: the id of a batch. */
  readonly scope?: string
  readonly headers?: CallerHeaders
}

/** One request as it is sent, and the reader of what comes back. */
export interface Ask {
  readonly kind: 'ask'
  readonly target: Target
  readonly body: Buffer
  /** What came, in the caller's format. Pure, and never throws: whatever a provider sends has a verdict. */
  read(outcome: CallOutcome): Read
  /** Reads an answer that comes as a stream of events; called once at most. */
  stream(order: StreamOrder): AnswerStream
  /** What tokens are counted of, where an answer came without its usage; after `read`. */
  billedText(): BilledText
}

export interface Read {
  readonly outcome: CallOutcome
  readonly verdict: Verdict
}
