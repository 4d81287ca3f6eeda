import type { Usage } from '../money/usage.ts'
import type { Failure } from './failure.ts'

/** What one call came to. */
export type Verdict = Success | Failure

export interface Success {
  readonly kind: 'success'
  readonly answer: Answer
}

export interface Answer {
  /** The first choice's text, or its refusal; null where it has neither, as with tool calls. */
  readonly text: string | null
  readonly finishReason: string | null
  /** As the provider names it; null where it does not. */
  readonly model: string | null
  /** Undefined where the provider sent none, or one that contradicts itself. */
  readonly usage: Usage | undefined
}
