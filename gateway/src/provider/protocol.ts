import type { BilledText } from '../money/estimate-usage.ts'
import type { AnswerStream, StreamOrder } from './answer-stream.ts'
import type { CallOutcome } from './call.ts'
import type { Deployment } from './deployment.ts'
import type { RateReader } from './rates.ts'
import type { Verdict } from './verdict.ts'

/** How a provider is spoken to, in its own format: one implementation a provider, in a folder of its own. */
export interface Protocol {
  /**
   * What it can be asked, by the names under which we know it: `/v1/chat/completions` where the endpoint is also
   * one of ours, and bodies pass through; a name of its own, `generateContent`, where it is not.
   */
  readonly endpoints: ReadonlySet<string>
  /** Where a body for this endpoint goes, and with which headers. Called once for each manner of asking. */
  target(deployment: Deployment, endpoint: string, manner: Manner): Target
  /** Reads what came back from this endpoint. Pure, and never throws: whatever a provider sends has a verdict. */
  interpret(outcome: CallOutcome, endpoint: string): Verdict
  /** Reads an answer of this endpoint that comes as a stream of events. Called once a call. */
  stream(endpoint: string, order: StreamOrder): AnswerStream
  /** What tokens are counted of, where an answer came without its usage. Pure, and never throws. */
  billedText(exchange: Exchange): BilledText
  /** Absent where the headers of its answers tell nothing of its rates. */
  readonly rates?: RateReader
}

/** What the target may depend on beside the endpoint. */
export interface Manner {
  readonly isStream: boolean
  readonly headers: CallerHeaders
}

/** Headers of the caller's dialect that its provider is to have too, by lower-case name. */
export type CallerHeaders = Readonly<Record<string, string>>

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
