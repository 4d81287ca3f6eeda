import type { Usage } from '../money/usage.ts'
import type { CallAnswer } from './call.ts'
import type { Failure } from './failure.ts'

/** What one call came to. */
export type Verdict = Success | Failure

export interface Success {
  readonly kind: 'success'
  readonly answer: Answer
  /** What brought it. Its body was read: one JSON object in valid UTF-8, so that its bytes may be passed on. */
  readonly reply: CallAnswer
  /** The object that was read, for those who go on with it. */
  readonly json?: Readonly<Record<string, unknown>> | undefined
}

export interface Answer {
  /** The first choice's text, or its refusal; null where it has neither, as with tool calls and embeddings. */
  readonly text: string | null
  /** In the words of chat completions where they have one for it; null where the endpoint gives none. */
  readonly finishReason: string | null
  /** As the provider names it; null where it does not. */
  readonly model: string | null
  /** Undefined where the provider sent none, or one that contradicts itself. */
  readonly usage: Usage | undefined
}
