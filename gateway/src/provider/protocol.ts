import type { BilledText } from '../money/estimate-usage.ts'
import type { AnswerStream, StreamOrder } from './answer-stream.ts'
import type { CallOutcome } from './call.ts'
import type { Deployment } from './deployment.ts'
import type { Verdict } from './verdict.ts'

/**
 * How a provider is spoken to: one implementation a provider, in a folder of its own. An endpoint is one of
 * ours: `/v1/chat/completions`.
 */
export interface Protocol {
  /** Where a body for this endpoint goes, and with which headers. Called once a deployment. */
  target(deployment: Deployment, endpoint: string): Target
  /** Reads what came back from this endpoint. Pure, and never throws: whatever a provider sends has a verdict. */
  interpret(outcome: CallOutcome, endpoint: string): Verdict
  /** Reads an answer of this endpoint that comes as a stream of events. Called once a call. */
  stream(endpoint: string, order: StreamOrder): AnswerStream
  /** What tokens are counted of, where an answer came without its usage. Pure, and never throws. */
  billedText(exchange: Exchange): BilledText
}

export interface Target {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

/** A body that was sent, and the body of the success that it brought. */
export interface Exchange {
  readonly endpoint: string
  readonly request: Buffer
  readonly answer: Buffer
}
