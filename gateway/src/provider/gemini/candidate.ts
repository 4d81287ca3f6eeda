import { isRecord, type JsonObject, textOr } from '../answers/json.ts'

/** Empty where all of an answer is about its prompt. */
export const candidatesOf = ({ candidates }: JsonObject): readonly JsonObject[] =>
  Array.isArray(candidates) ? candidates.filter(isRecord) : []

/** A candidate that was stopped while it was thinking may have none. */
export const partsOf = ({ content }: JsonObject): readonly JsonObject[] =>
  isRecord(content) && Array.isArray(content.parts) ? content.parts.filter(isRecord) : []

/** Protobuf says nothing where there is no reason; some servers say so. */
export const reasonOf = ({ finishReason }: JsonObject): string | null => {
  const reason = textOr(finishReason)
  return reason === 'FINISH_REASON_UNSPECIFIED' || reason === '' ? null : reason
}

/** What the provider does not answer: then nothing was generated, and that is the answer. */
export const isBlocked = (json: JsonObject): boolean =>
  candidatesOf(json).length === 0 &&
  isRecord(json.promptFeedback) &&
  (textOr(json.promptFeedback.blockReason) ?? '') !== ''
