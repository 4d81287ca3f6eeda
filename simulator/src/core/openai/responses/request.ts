import type { AnswerWish } from '../../answer.ts'
import type { Message, Prompt } from '../../prompt.ts'
import { isError, type ProviderError } from '../../provider-error.ts'
import { type Body, isRecord } from '../../record.ts'
import { invalidRequest } from '../errors.ts'
import { attachment, fieldsOf, missing, never, numberOr, within } from '../request-fields.ts'
import { idleOptions, type StreamWish, streamFields, streamWish } from '../stream-wish.ts'
import { readInput } from './input.ts'

export interface ResponseRequest extends Prompt, AnswerWish {
  /** The body: a response repeats the settings that it was made with. */
  readonly settings: Body
  readonly stream: StreamWish | undefined
}

/** Fields of chat completions that have another name here; the provider says which. */
const moved: ReadonlyMap<string, string> = new Map([
  ['messages', 'input'],
  ['max_tokens', 'max_output_tokens'],
  ['max_completion_tokens', 'max_output_tokens'],
  ['response_format', 'text.format'],
  ['reasoning_effort', 'reasoning.effort'],
  ['verbosity', 'text.verbosity'],
])

const stranger = (field: string): ProviderError => {
  const to = moved.get(field)
  return to === undefined
    ? invalidRequest(`Unknown parameter: '${field}'.`, field, 'unknown_parameter')
    : invalidRequest(
        `Unsupported parameter: '${field}'. In the Responses API, this parameter has moved to '${to}'. Try again with the new parameter.`,
        field,
        'unsupported_parameter',
      )
}

/** Nothing is kept from one request to the next, so nothing that a request may point to is ever there. */
const nothingKept =
  (what: string, status: number, code: string | null) =>
  (value: unknown, param: string): ProviderError | undefined =>
    value === null || value === undefined
      ? undefined
      : { ...invalidRequest(`${what} with id '${idOf(value)}' not found.`, param, code), status }

const idOf = (value: unknown): string => String(isRecord(value) ? value.id : value)

const outputTokensMin = 16

const fieldError = fieldsOf(
  'model input instructions include metadata moderation parallel_tool_calls prompt_cache_key prompt_cache_options prompt_cache_retention reasoning safety_identifier service_tier store text tool_choice tools truncation user context_management access_programs image',
  {
    background: never('at once'),
    conversation: nothingKept('Conversation', 404, null),
    max_output_tokens: within('integer', outputTokensMin, Number.MAX_SAFE_INTEGER),
    max_tool_calls: within('integer', 1, Number.MAX_SAFE_INTEGER),
    previous_response_id: nothingKept('Previous response', 400, 'previous_response_not_found'),
    prompt: nothingKept('Prompt', 404, null),
    ...streamFields('include_obfuscation'),
    temperature: within('decimal', 0, 2),
    top_logprobs: within('integer', 0, 20),
    top_p: within('decimal', 0, 1),
  },
  stranger,
)

const levelsMax = 100

const isDeeperThan = (levels: number, value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeperThan(levels - 1, each)))

/** A response repeats its settings, and what is nested without end could not be written down again. */
const tooDeep = (body: Body): ProviderError | undefined =>
  isDeeperThan(levelsMax, body)
    ? invalidRequest(`Invalid request: nested more than ${levelsMax} levels deep.`, null, null)
    : undefined

const noInput = (): ProviderError =>
  invalidRequest(
    'One of "input" or "previous_response_id" or \'prompt\' or \'conversation_id\' must be provided.',
    'input',
    'missing_required_parameter',
  )

const formatOf = ({ text }: Body): Body => {
  const format = isRecord(text) ? text.format : undefined
  return isRecord(format) ? format : { type: 'text' }
}

const formats = ['text', 'json_object', 'json_schema']

const formatError = ({ type, name, schema }: Body): ProviderError | undefined => {
  if (typeof type !== 'string' || !formats.includes(type))
    return invalidRequest(
      `Invalid value: '${String(type)}'. Supported values are: 'json_object', 'json_schema', and 'text'.`,
      'text.format.type',
      'invalid_value',
    )
  if (type !== 'json_schema') return undefined
  if (typeof name !== 'string') return missing('text.format.name')
  return isRecord(schema) ? undefined : missing('text.format.schema')
}

const instructed = (instructions: unknown, messages: readonly Message[]): readonly Message[] =>
  typeof instructions === 'string'
    ? [{ role: 'developer', name: '', text: instructions, images: 0 }, ...messages]
    : messages

export const readResponse = (body: Body, model: string): ResponseRequest | ProviderError => {
  const format = formatOf(body)
  const error = fieldError(body) ?? idleOptions(body) ?? formatError(format) ?? tooDeep(body)
  if (error) return error
  if (body.input === undefined || body.input === null) return noInput()
  const messages = readInput(body.input)
  if (isError(messages)) return messages
  return {
    model,
    messages: instructed(body.instructions, messages),
    attached: attachment(body.tools, format.schema),
    answerTokensMax: numberOr(body.max_output_tokens, undefined),
    json: format.type !== 'text',
    settings: body,
    stream: streamWish(body),
  }
}
