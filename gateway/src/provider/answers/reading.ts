import type { FailureClass } from '../failure.ts'
import type { Answer } from '../verdict.ts'
import type { JsonObject } from './json.ts'

/** What a 2xx answer holds: an answer, or something that is none. */
export type Reading =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly json?: JsonObject }
  | { readonly kind: 'bad'; readonly class: FailureClass; readonly code: string; readonly message: string }

/** Reads the parsed answer of one endpoint; `text` is what it was parsed from. */
export type ReadAnswer = (json: JsonObject, text: string) => Reading

export const bad = (code: string, message: string): Reading => ({
  kind: 'bad',
  class: 'bad_answer',
  code,
  message,
})
