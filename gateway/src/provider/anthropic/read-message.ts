import { isRecord, type JsonObject, textOr } from '../answers/json.ts'
import { bad, type ReadAnswer, type Reading } from '../answers/reading.ts'
import { readError } from './error-body.ts'
import { readUsage } from './read-usage.ts'
import { finishReasonOf } from './stop-reason.ts'

/** `message`. */
export const readMessage: ReadAnswer = (json) => {
  const content: unknown = json.content
  if (!Array.isArray(content)) return withoutAnswer(json)
  const blocks = content.filter(isRecord)
  const usage = readUsage(json.usage)
  const stopReason = textOr(json.stop_reason)
  if (isSilent(blocks) && !explainsSilence(stopReason) && (usage?.completionTokens ?? 0) === 0) {
    return bad('empty_answer', 'the message holds no text and no call of a tool')
  }
  const finishReason = stopReason && finishReasonOf(stopReason)
  return {
    kind: 'answer',
    answer: { text: textOf(blocks), finishReason, model: textOr(json.model), usage },
  }
}

/** An error in a 200; what it says is kept. */
const withoutAnswer = ({ error }: JsonObject): Reading => {
  if (!isRecord(error)) return bad('no_content', 'the answer is no message: it has no list of content')
  const { type, message } = readError(error)
  return bad(type ?? 'error_in_answer', message ?? 'the answer holds nothing but an error')
}

/** All that is said; thoughts are not. */
const textOf = (blocks: readonly JsonObject[]): string | null => {
  const texts = blocks.flatMap(({ type, text }) => (type === 'text' ? (textOr(text) ?? []) : []))
  return texts.length > 0 ? texts.join('') : null
}

/** Whatever is neither text nor thought is something: calls, and what tools of the provider found. */
const isSilent = (blocks: readonly JsonObject[]): boolean =>
  blocks.every(({ type, text }) => (type === 'text' ? text === '' : THOUGHTS.has(type)))

const THOUGHTS: ReadonlySet<unknown> = new Set(['thinking', 'redacted_thinking'])

/** Limits and refusals leave nothing; a model that is merely done has said something. */
const explainsSilence = (stopReason: string | null): boolean =>
  stopReason !== null && stopReason !== 'end_turn'
