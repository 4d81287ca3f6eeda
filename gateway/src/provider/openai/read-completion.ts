import { isUtf8 } from 'node:buffer'
import type { CallAnswer } from '../call.ts'
import type { FailureClass } from '../failure.ts'
import type { Answer } from '../verdict.ts'
import { readErrorBody } from './error-body.ts'
import { isRecord } from './json.ts'
import { readUsage } from './read-usage.ts'

export type Completion =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | {
      readonly kind: 'bad'
      readonly class: FailureClass
      readonly code: string
      readonly message: string
    }

/** Reads a 2xx answer: one parse of its bytes, whatever it is. */
export const readCompletion = ({ headers, body }: CallAnswer): Completion => {
  const contentType = headers.get('content-type')
  if (contentType !== undefined && !/\bjson\b/i.test(contentType)) {
    return bad('wrong_content_type', `the answer is ${contentType}, not application/json`)
  }
  if (!isUtf8(body)) return bad('invalid_utf8', 'the answer is not valid UTF-8')
  const text = body.toString('utf8')
  if (text.trim() === '') return bad('empty_answer', 'the answer is empty')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return bad(
      'invalid_json',
      `the answer is not valid JSON: ${error instanceof Error ? error.message : error}`,
    )
  }
  return isRecord(json) ? readJson(json, text) : bad('not_an_object', 'the answer is not a JSON object')
}

const readJson = (json: Readonly<Record<string, unknown>>, text: string): Completion => {
  const choices = json.choices
  const [choice]: unknown[] = Array.isArray(choices) ? choices : []
  if (!isRecord(choice) || !isRecord(choice.message)) return withoutChoice(json, text)
  const message = choice.message
  const finishReason = textOr(choice.finish_reason)
  if (finishReason === OUT_OF_RESOURCES) {
    return {
      kind: 'bad',
      class: 'overloaded',
      code: OUT_OF_RESOURCES,
      message: 'the provider ran out of resources in the middle of the answer',
    }
  }
  const usage = readUsage(json.usage)
  const content = contentText(message.content)
  const answered = content === null || content === '' ? (textOr(message.refusal) ?? content) : content
  if (isNothing(message, answered, finishReason) && (usage?.completionTokens ?? 0) === 0) {
    return bad('empty_answer', 'the answer holds no content, no refusal and no tool call')
  }
  const answer = { text: answered, finishReason, model: textOr(json.model), usage }
  return { kind: 'answer', answer }
}

/** DeepSeek's word for an answer that it broke off for itself. */
const OUT_OF_RESOURCES = 'insufficient_system_resource'

/** Some servers put their error into a 200; what they say is kept. */
const withoutChoice = (json: Readonly<Record<string, unknown>>, text: string): Completion => {
  if (json.error === undefined || json.error === null) {
    return bad('no_choices', 'the answer has no choice with a message')
  }
  const error = readErrorBody(text)
  return bad(error.code ?? 'error_in_answer', error.message ?? 'the answer holds an error instead of choices')
}

const bad = (code: string, message: string): Completion => ({
  kind: 'bad',
  class: 'bad_answer',
  code,
  message,
})

const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

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
const isNothing = (
  message: Readonly<Record<string, unknown>>,
  text: string | null,
  finishReason: string | null,
): boolean => {
  if (text !== null && text !== '') return false
  if (finishReason === 'length' || finishReason === 'content_filter') return false
  const calls = message.tool_calls
  const hasCall = (Array.isArray(calls) && calls.length > 0) || isRecord(message.function_call)
  return !hasCall && !isRecord(message.audio)
}
