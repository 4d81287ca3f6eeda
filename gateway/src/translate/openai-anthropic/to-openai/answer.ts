import { isObject, type JsonObject } from '../../json.ts'
import { jsonText } from '../../reading/json-text.ts'
import type { AnswerContext } from '../../translation.ts'
import { finishReasonToOpenai } from '../finish-reasons.ts'
import { idToOpenai } from '../ids.ts'
import { usageToOpenai } from '../usage.ts'

/** A message that was generated, as a chat completion. */
export const answerToOpenai = (message: JsonObject, { now, asked }: AnswerContext): JsonObject => ({
  id: idToOpenai(message.id),
  object: 'chat.completion',
  created: Math.floor(now / 1000),
  model: message.model ?? asked.model,
  choices: [
    {
      index: 0,
      message: messageToOpenai(message),
      logprobs: null,
      finish_reason: finishReasonToOpenai(message.stop_reason),
    },
  ],
  usage: isObject(message.usage) ? usageToOpenai(message.usage) : undefined,
})

const messageToOpenai = (message: JsonObject): JsonObject => {
  const spoken = spokenIn(Array.isArray(message.content) ? message.content : [])
  return {
    role: 'assistant',
    content: spoken.text,
    refusal: refusalOf(message),
    reasoning_content: spoken.thought,
    tool_calls: spoken.calls.length > 0 ? spoken.calls : undefined,
  }
}

interface Spoken {
  text: string | null
  thought: string | undefined
  readonly calls: JsonObject[]
}

const spokenIn = (content: readonly unknown[]): Spoken => {
  const spoken: Spoken = { text: null, thought: undefined, calls: [] }
  for (const block of content.filter(isObject)) {
    const { type, text, thinking } = block
    if (type === 'tool_use') spoken.calls.push(callToOpenai(block))
    if (type === 'text' && typeof text === 'string') spoken.text = (spoken.text ?? '') + text
    if (type === 'thinking' && typeof thinking === 'string') {
      spoken.thought = (spoken.thought ?? '') + thinking
    }
  }
  return spoken
}

const callToOpenai = ({ id, name, input }: JsonObject): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: jsonText(input ?? {}) },
})

/** What is said of a refusal; the text that came before it stays the content. */
export const refusalOf = ({ stop_reason: reason, stop_details: details }: JsonObject): string | null => {
  if (reason !== 'refusal' || !isObject(details)) return null
  return typeof details.explanation === 'string' ? details.explanation : null
}
