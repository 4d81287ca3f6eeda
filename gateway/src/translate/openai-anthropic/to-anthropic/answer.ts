import { isObject, type JsonObject } from '../../json.ts'
import type { AnswerContext } from '../../translation.ts'
import { stopReasonToAnthropic } from '../finish-reasons.ts'
import { idToAnthropic } from '../ids.ts'
import { usageToAnthropic } from '../usage.ts'
import { inputOf } from './input.ts'

/** A chat completion, as a message that was generated. */
export const answerToAnthropic = (completion: JsonObject, { asked }: AnswerContext): JsonObject => {
  const choice = firstChoice(completion)
  const message = isObject(choice.message) ? choice.message : {}
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.filter(isObject) : []
  const refusal = typeof message.refusal === 'string' && message.refusal !== '' ? message.refusal : null
  return {
    id: idToAnthropic(completion.id),
    type: 'message',
    role: 'assistant',
    model: completion.model ?? asked.model,
    content: [...saidBlocks(message), ...calls.map(callBlock)],
    ...ending(choice.finish_reason, { hasCalls: calls.length > 0, refusal }),
    container: null,
    diagnostics: null,
    usage: usageToAnthropic(isObject(completion.usage) ? completion.usage : {}),
  }
}

interface Ended {
  readonly hasCalls: boolean
  readonly refusal: string | null
}

/** How a message ended, whole or streamed. Which stop string ended it, OpenAI does not tell. */
export const ending = (finishReason: unknown, { hasCalls, refusal }: Ended): JsonObject => {
  const reason = stopReasonToAnthropic(finishReason, { hasCalls, hasRefusal: refusal !== null })
  const details = { type: 'refusal', category: null, explanation: refusal }
  return {
    stop_reason: reason,
    stop_sequence: null,
    stop_details: reason === 'refusal' ? details : null,
  }
}

const firstChoice = ({ choices }: JsonObject): JsonObject => {
  const first: unknown = Array.isArray(choices) ? choices[0] : undefined
  return isObject(first) ? first : {}
}

const saidBlocks = (message: JsonObject): readonly JsonObject[] => {
  const blocks: JsonObject[] = []
  const thought = thoughtOf(message)
  if (thought !== '') blocks.push({ type: 'thinking', thinking: thought, signature: '' })
  if (typeof message.content === 'string' && message.content !== '') {
    blocks.push({ type: 'text', text: message.content, citations: null })
  }
  return blocks
}

/** DeepSeek's name for it, then that of newer servers. */
export const thoughtOf = ({ reasoning_content: content, reasoning }: JsonObject): string => {
  if (typeof content === 'string' && content !== '') return content
  return typeof reasoning === 'string' ? reasoning : ''
}

const callBlock = (call: JsonObject): JsonObject => {
  const called = isObject(call.function) ? call.function : {}
  return {
    type: 'tool_use',
    id: call.id,
    name: called.name,
    input: inputOf(called.arguments),
    caller: DIRECT,
  }
}

export const DIRECT: JsonObject = { type: 'direct' }
