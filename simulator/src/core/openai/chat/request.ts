import type { AnswerWish } from '../../answer.ts'
import type { Message, Prompt } from '../../prompt.ts'
import { isError, type ProviderError } from '../../provider-error.ts'
import { type Body, isRecord } from '../../record.ts'
import { invalidRequest } from '../errors.ts'
import { attachment, emptyArray, fieldsOf, missing, numberOr, within, wrongType } from '../request-fields.ts'
import { idleOptions, type StreamWish, streamFields, streamWish } from '../stream-wish.ts'

/** What the model needs to see of a request; everything else was only checked. */
export interface ChatRequest extends Prompt, AnswerWish {
  readonly choices: number
  readonly stream: StreamWish | undefined
}

const fieldError = fieldsOf(
  'model messages stop logit_bias logprobs response_format tools tool_choice parallel_tool_calls reasoning_effort verbosity modalities audio prediction metadata store user safety_identifier prompt_cache_key prompt_cache_options prompt_cache_retention service_tier web_search_options moderation functions function_call',
  {
    max_completion_tokens: within('integer', 1, Number.MAX_SAFE_INTEGER),
    max_tokens: within('integer', 1, Number.MAX_SAFE_INTEGER),
    temperature: within('decimal', 0, 2),
    top_p: within('decimal', 0, 1),
    n: within('integer', 1, 128),
    presence_penalty: within('decimal', -2, 2),
    frequency_penalty: within('decimal', -2, 2),
    top_logprobs: within('integer', 0, 20),
    seed: within('integer', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    ...streamFields('include_usage', 'include_obfuscation'),
  },
)

const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

interface Content {
  readonly text: string
  readonly images: number
}

const contentOfParts = (parts: readonly unknown[], param: string): Content | ProviderError => {
  const texts: string[] = []
  let images = 0
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]
    if (!isRecord(part)) return wrongType(`${param}[${at}]`, 'an object', part)
    if (part.type === 'text' && typeof part.text === 'string') texts.push(part.text)
    else if (part.type === 'refusal' && typeof part.refusal === 'string') texts.push(part.refusal)
    else if (part.type === 'image_url' || part.type === 'input_audio' || part.type === 'file') images++
    else
      return invalidRequest(
        `Invalid value for '${param}[${at}]': expected a part of type 'text', 'image_url', 'input_audio', 'refusal' or 'file', with its content.`,
        `${param}[${at}]`,
        'invalid_value',
      )
  }
  return { text: texts.join('\n'), images }
}

const contentOf = (message: Record<string, unknown>, param: string): Content | ProviderError => {
  const { content } = message
  if (typeof content === 'string') return { text: content, images: 0 }
  if (Array.isArray(content)) return contentOfParts(content, `${param}.content`)
  const calls = message.tool_calls ?? message.function_call ?? message.refusal
  if ((content === null || content === undefined) && message.role === 'assistant' && calls !== undefined)
    return { text: JSON.stringify(calls), images: 0 }
  if (content === undefined) return missing(`${param}.content`)
  return wrongType(`${param}.content`, 'one of a string or array of objects', content)
}

const messageOf = (value: unknown, at: number): Message | ProviderError => {
  if (!isRecord(value)) return wrongType(`messages[${at}]`, 'an object', value)
  const { role, name } = value
  if (role === undefined) return missing(`messages[${at}].role`)
  if (typeof role !== 'string' || !roles.has(role))
    return invalidRequest(
      `Invalid value: '${String(role)}'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and 'developer'.`,
      `messages[${at}].role`,
      'invalid_value',
    )
  const content = contentOf(value, `messages[${at}]`)
  if (isError(content)) return content
  return { role, name: typeof name === 'string' ? name : '', text: content.text, images: content.images }
}

const messagesOf = (value: unknown): Message[] | ProviderError => {
  if (value === undefined) return missing('messages')
  if (!Array.isArray(value)) return wrongType('messages', 'an array of objects', value)
  if (value.length === 0) return emptyArray('messages')
  const messages: Message[] = []
  for (let at = 0; at < value.length; at++) {
    const message = messageOf(value[at], at)
    if (isError(message)) return message
    messages.push(message)
  }
  return messages
}

const attachedTo = (body: Body): string => {
  const { tools, functions, response_format: format } = body
  return attachment(tools, functions, isRecord(format) ? format.json_schema : undefined)
}

const wantsJson = ({ response_format: format }: Body): boolean =>
  isRecord(format) && (format.type === 'json_object' || format.type === 'json_schema')

export const readChat = (body: Body, model: string): ChatRequest | ProviderError => {
  const messages = messagesOf(body.messages)
  if (isError(messages)) return messages
  return (
    fieldError(body) ??
    idleOptions(body) ?? {
      model,
      messages,
      answerTokensMax: numberOr(body.max_completion_tokens ?? body.max_tokens, undefined),
      choices: numberOr(body.n, 1),
      stream: streamWish(body),
      json: wantsJson(body),
      attached: attachedTo(body),
    }
  )
}
