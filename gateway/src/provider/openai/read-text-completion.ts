import { isRecord, textOr } from '../answers/json.ts'
import { bad, type ReadAnswer } from '../answers/reading.ts'
import { withoutAnswer } from './error-body.ts'
import { readUsage } from './read-usage.ts'

/** `text_completion`, of the endpoint that came before chat. */
export const readTextCompletion: ReadAnswer = (json, source) => {
  const choices = json.choices
  const [choice]: unknown[] = Array.isArray(choices) ? choices : []
  const text = isRecord(choice) ? textOr(choice.text) : null
  if (!isRecord(choice) || text === null) {
    return withoutAnswer(json, source, 'no_choices', 'the answer has no choice with a text')
  }
  const finishReason = textOr(choice.finish_reason)
  const usage = readUsage(json.usage)
  const mayBeEmpty = finishReason === 'length' || finishReason === 'content_filter'
  if (text === '' && !mayBeEmpty && (usage?.completionTokens ?? 0) === 0) {
    return bad('empty_answer', 'the first choice of the answer holds no text')
  }
  return { kind: 'answer', answer: { text, finishReason, model: textOr(json.model), usage } }
}
