import type { ProviderError } from './errors.ts'
import { invalidRequest, notJson } from './errors.ts'

/** What the model needs to see of a request; everything else was only checked. */
export interface ChatRequest {
  readonly model: string
  readonly messages: readonly ChatMessage[]
  readonly answerTokensMax: number | undefined
  readonly choices: number
  /** The answer is to be JSON. */
  readonly json: boolean
  /** Tools and schemas as text: they cost prompt tokens too. */
  readonly attached: string
  /** A word of the sender's own for the tape: `metadata.marker`, else `user`. */
  readonly marker: string | null
}

export interface ChatMessage {
  readonly role: string
  readonly name: string
  /** The text parts, joined. */
  readonly text: string
  readonly images: number
}

export type ParsedChat =
  | { readonly request: ChatRequest }
  | { readonly error: ProviderError; readonly model?: string }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const typeName = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}

const wrongType = (param: string, expected: string, value: unknown): ProviderError =>
  invalidRequest(
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
    param,
    'invalid_type',
  )

const missing = (param: string): ProviderError =>
  invalidRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter')

type FieldCheck = (value: unknown, param: string) => ProviderError | undefined

const anything: FieldCheck = () => undefined

const within =
  (kind: 'integer' | 'decimal', min: number, max: number): FieldCheck =>
  (value, param) => {
    if (value === null) return undefined
    if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value)))
      return wrongType(param, kind === 'integer' ? 'an integer' : 'a decimal', value)
    if (value >= min && value <= max) return undefined
    const side = value < min ? 'below minimum' : 'above maximum'
    const bound = value < min ? `>= ${min}` : `<= ${max}`
    return invalidRequest(
      `Invalid '${param}': ${kind} ${side} value. Expected a value ${bound}, but got ${value} instead.`,
      param,
      `${kind}_${side.replace(' ', '_')}_value`,
    )
  }

const notStreamed: FieldCheck = (value, param) =>
  value === true
    ? invalidRequest(
        "Unsupported value: 'stream' does not support true with this simulator, which answers in one piece only. Send false, or leave it out.",
        param,
        'unsupported_value',
      )
    : undefined

const ranged: Readonly<Record<string, FieldCheck>> = {
  max_completion_tokens: within('integer', 1, Number.MAX_SAFE_INTEGER),
  max_tokens: within('integer', 1, Number.MAX_SAFE_INTEGER),
  temperature: within('decimal', 0, 2),
  top_p: within('decimal', 0, 1),
  n: within('integer', 1, 128),
  presence_penalty: within('decimal', -2, 2),
  frequency_penalty: within('decimal', -2, 2),
  top_logprobs: within('integer', 0, 20),
  seed: within('integer', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  stream: notStreamed,
}

const unchecked =
  'model messages stop logit_bias logprobs response_format tools tool_choice parallel_tool_calls reasoning_effort verbosity modalities audio prediction metadata store user safety_identifier prompt_cache_key prompt_cache_options prompt_cache_retention service_tier stream_options web_search_options moderation functions function_call'

const fields = new Map<string, FieldCheck>([
  ...unchecked.split(' ').map((field): [string, FieldCheck] => [field, anything]),
  ...Object.entries(ranged),
])

const fieldError = (body: Record<string, unknown>): ProviderError | undefined => {
  for (const field in body) {
    const check = fields.get(field)
    if (check === undefined)
      return invalidRequest(`Unrecognized request argument supplied: ${field}`, field, 'unknown_parameter')
    const error = check === anything ? undefined : check(body[field], field)
    if (error) return error
  }
  return undefined
}

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

const messageOf = (value: unknown, at: number): ChatMessage | ProviderError => {
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
  if ('status' in content) return content
  return { role, name: typeof name === 'string' ? name : '', text: content.text, images: content.images }
}

const messagesOf = (value: unknown): ChatMessage[] | ProviderError => {
  if (value === undefined) return missing('messages')
  if (!Array.isArray(value)) return wrongType('messages', 'an array of objects', value)
  if (value.length === 0)
    return invalidRequest(
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      'messages',
      'empty_array',
    )
  const messages: ChatMessage[] = []
  for (let at = 0; at < value.length; at++) {
    const message = messageOf(value[at], at)
    if ('status' in message) return message
    messages.push(message)
  }
  return messages
}

const markerOf = (body: Record<string, unknown>): string | null => {
  const { metadata, user } = body
  if (isRecord(metadata) && typeof metadata.marker === 'string') return metadata.marker
  return typeof user === 'string' ? user : null
}

const attachedTo = (body: Record<string, unknown>): string => {
  const { tools, functions, response_format: format } = body
  if (tools === undefined && functions === undefined && format === undefined) return ''
  const schema = isRecord(format) ? format.json_schema : undefined
  let text = ''
  for (const part of [tools, functions, schema]) if (part !== undefined) text += JSON.stringify(part)
  return text
}

const numberOr = <Otherwise>(value: unknown, otherwise: Otherwise): number | Otherwise =>
  typeof value === 'number' ? value : otherwise

const wantsJson = ({ response_format: format }: Record<string, unknown>): boolean =>
  isRecord(format) && (format.type === 'json_object' || format.type === 'json_schema')

const readBody = (body: unknown): unknown => {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Takes the text of a body, or the parsed object; refuses what the provider would refuse. */
export const parseChat = (source: unknown): ParsedChat => {
  const body = readBody(source)
  if (!isRecord(body)) return { error: notJson() }
  const { model } = body
  if (model === undefined)
    return {
      error: invalidRequest('you must provide a model parameter', 'model', 'missing_required_parameter'),
    }
  if (typeof model !== 'string') return { error: wrongType('model', 'a string', model) }
  const messages = messagesOf(body.messages)
  if ('status' in messages) return { error: messages, model }
  const error = fieldError(body)
  if (error) return { error, model }
  const request: ChatRequest = {
    model,
    messages,
    answerTokensMax: numberOr(body.max_completion_tokens ?? body.max_tokens, undefined),
    choices: numberOr(body.n, 1),
    json: wantsJson(body),
    attached: attachedTo(body),
    marker: markerOf(body),
  }
  return { request }
}
