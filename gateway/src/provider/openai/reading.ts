import type { FailureClass } from '../failure.ts'
import type { Answer } from '../verdict.ts'
import { readErrorBody } from './error-body.ts'

/** What a 2xx answer holds: an answer, or something that is none. */
export type Reading =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'bad'; readonly class: FailureClass; readonly code: string; readonly message: string }

/** Reads the parsed answer of one endpoint; `text` is what it was parsed from. */
export type ReadAnswer = (json: JsonObject, text: string) => Reading

export type JsonObject = Readonly<Record<string, unknown>>

export const bad = (code: string, message: string): Reading => ({
  kind: 'bad',
  class: 'bad_answer',
  code,
  message,
})

/** Some servers put their error into a 200; what they say is kept. */
export const withoutAnswer = (json: JsonObject, text: string, code: string, message: string): Reading => {
  if (json.error === undefined || json.error === null) return bad(code, message)
  const error = readErrorBody(text)
  return bad(error.code ?? 'error_in_answer', error.message ?? 'the answer holds nothing but an error')
}

export const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)
