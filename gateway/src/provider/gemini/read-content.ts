import { isRecord, type JsonObject, textOr } from '../answers/json.ts'
import { bad, type ReadAnswer, type Reading } from '../answers/reading.ts'
import { candidatesOf, isBlocked, partsOf, reasonOf } from './candidate.ts'
import { readError } from './error-body.ts'
import { finishReasonOf } from './finish-reason.ts'
import { readUsage } from './read-usage.ts'

/** `GenerateContentResponse`. */
export const readContent: ReadAnswer = (json) => {
  const usage = readUsage(json.usageMetadata)
  const model = textOr(json.modelVersion)
  if (isBlocked(json)) {
    return { kind: 'answer', answer: { text: null, finishReason: 'content_filter', model, usage } }
  }
  const [candidate] = candidatesOf(json)
  if (!candidate) return withoutAnswer(json, 'no_candidates', 'the answer has no candidates')
  const parts = partsOf(candidate)
  const reason = reasonOf(candidate)
  if (isSilent(parts) && !explainsSilence(reason) && (usage?.completionTokens ?? 0) === 0) {
    return bad('empty_answer', 'the first candidate of the answer holds no text and no call')
  }
  const hasCall = parts.some((part) => isRecord(part.functionCall))
  const finishReason = reason && finishReasonOf(reason, hasCall)
  return { kind: 'answer', answer: { text: textOf(parts), finishReason, model, usage } }
}

/** An error in a 200; what it says is kept. */
export const withoutAnswer = ({ error }: JsonObject, code: string, message: string): Reading => {
  if (!isRecord(error)) return bad(code, message)
  const told = readError(error)
  return bad(told.status ?? 'error_in_answer', told.message ?? 'the answer holds nothing but an error')
}

/** All that is said; thoughts are not. */
const textOf = (parts: readonly JsonObject[]): string | null => {
  const texts = parts.flatMap(({ text, thought }) => (thought === true ? [] : (textOr(text) ?? [])))
  return texts.length > 0 ? texts.join('') : null
}

/** Whatever is no text is something: calls, code, pictures. */
const isSilent = (parts: readonly JsonObject[]): boolean =>
  parts.every(({ text, thought }) => thought === true || text === '')

/** Limits, filters and broken calls leave nothing; a model that is merely done has said something. */
const explainsSilence = (reason: string | null): boolean => reason !== null && reason !== 'STOP'
