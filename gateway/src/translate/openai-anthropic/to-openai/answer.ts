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
  const blocks = Array.isArray(message.content) ? message.content.filter(isObject) : []
  const texts = textsOf(blocks, 'text')
  const thoughts = textsOf(blocks, 'thinking')
  const calls = blocks.filter((block) => block.type === 'tool_use').map(callToOpenai)
  return {
    role: 'assistant',
    content: texts.length > 0 ? texts.join('') : null,
    refusal: refusalOf(message),
    reasoning_content: thoughts.length > 0 ? thoughts.join('') : undefined,
    tool_calls: calls.length > 0 ? calls : undefined,
  }
}

/** Blocks of these types hold their text under the name of the type. */
const textsOf = (blocks: readonly JsonObject[], type: 'text' | 'thinking'): readonly string[] =>
  blocks
    .filter((block) => block.type === type)
    .map((block) => block[type])
    .filter((text) => typeof text === 'string')

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
