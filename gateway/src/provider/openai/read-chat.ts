import { isRecord, type JsonObject, textOr } from '../answers/json.ts'
import { bad, type ReadAnswer } from '../answers/reading.ts'
import { withoutAnswer } from './error-body.ts'
import { brokenOff, OUT_OF_RESOURCES } from './out-of-resources.ts'
import { readUsage } from './read-usage.ts'

/** `chat.completion`. */
export const readChat: ReadAnswer = (json, text) => {
  const choices = json.choices
  const [choice]: unknown[] = Array.isArray(choices) ? choices : []
  if (!isRecord(choice) || !isRecord(choice.message)) {
    return withoutAnswer(json, text, 'no_choices', 'the answer has no choice with a message')
  }
  const message = choice.message
  const finishReason = textOr(choice.finish_reason)
  if (finishReason === OUT_OF_RESOURCES) return { kind: 'bad', ...brokenOff }
  const usage = readUsage(json.usage)
  const content = contentText(message.content)
  const answered = content === null || content === '' ? (textOr(message.refusal) ?? content) : content
  if (isNothing(message, answered, finishReason) && (usage?.completionTokens ?? 0) === 0) {
    return bad('empty_answer', 'the answer holds no content, no refusal and no tool call')
  }
  const answer = { text: answered, finishReason, model: textOr(json.model), usage }
  return { kind: 'answer', answer }
}

/** A string, or a list of parts of which those with text count. */
const contentText = (content: unknown): string | null => {
  if (!Array.isArray(content)) return textOr(content)
  const texts = content.map((part) => (isRecord(part) ? (textOr(part.text) ?? textOr(part.refusal)) : null))
  return texts.filter((text) => text !== null).join('')
}

/**
 * A model may well say nothing: cut off while it reasoned, filtered, or because nothing was to be said.
 * Then it gives that reason, or has generated (and billed) at least the end of its turn.
 */
const isNothing = (message: JsonObject, text: string | null, finishReason: string | null): boolean => {
  if (text !== null && text !== '') return false
  if (finishReason === 'length' || finishReason === 'content_filter') return false
  if (textOr(message.reasoning_content) || textOr(message.reasoning)) return false
  const calls = message.tool_calls
  const hasCall = (Array.isArray(calls) && calls.length > 0) || isRecord(message.function_call)
  return !hasCall && !isRecord(message.audio)
}
