import type { AnswerWish } from '../../answer.ts'
import { isError, type ProviderError } from '../../provider-error.ts'
import { type Body, isRecord } from '../../record.ts'
import { invalidRequest } from '../errors.ts'
import {
  anything,
  type FieldCheck,
  fieldsError,
  flag,
  listOf,
  objectOf,
  oneOf,
  orNull,
  text,
  within,
  wrong,
} from '../fields.ts'
import { type ClaudePrompt, readPrompt } from '../prompt.ts'
import { readThinking, type Thinking } from './thinking.ts'

/** What the model needs to see of a request; everything else was only checked. */
export interface MessagesRequest extends ClaudePrompt, AnswerWish {
  readonly answerTokensMax: number
  readonly stopSequences: readonly string[]
  readonly thinking: Thinking | undefined
  readonly stream: boolean
}

export const readMessages = (body: Body, isStrict: boolean): MessagesRequest | ProviderError => {
  const error = fieldsError(body, fields, needed) ?? samplingError(body, isStrict)
  if (error) return error
  const prompt = readPrompt(body, isStrict)
  if (isError(prompt)) return prompt
  const answerTokensMax = Number(body.max_tokens)
  const thinking = readThinking(body.thinking, prompt, answerTokensMax)
  if (thinking && isError(thinking)) return thinking
  return {
    ...prompt,
    answerTokensMax,
    thinking,
    stopSequences: stopSequencesOf(body),
    stream: body.stream === true,
    json: isRecord(body.output_config) && isRecord(body.output_config.format),
  }
}

const needed = ['model', 'max_tokens', 'messages']

const stopSequence: FieldCheck = (value, at) =>
  typeof value === 'string' && value.trim() === ''
    ? wrong(at, 'each stop sequence must contain non-whitespace')
    : text(value, at)

const dictionary: FieldCheck = (value, at) =>
  isRecord(value) ? undefined : wrong(at, 'Input should be a valid dictionary')

const samplings = ['temperature', 'top_p', 'top_k']

const fields: Readonly<Record<string, FieldCheck>> = {
  ...Object.fromEntries(
    'model messages system tools tool_choice thinking cache_control container diagnostics mcp_servers context_management'
      .split(' ')
      .map((field) => [field, anything]),
  ),
  max_tokens: within('integer', 0, Number.MAX_SAFE_INTEGER),
  temperature: within('number', 0, 1),
  top_p: within('number', 0, 1),
  top_k: within('integer', 0, Number.MAX_SAFE_INTEGER),
  stop_sequences: listOf(stopSequence),
  stream: flag,
  metadata: objectOf({ user_id: orNull(text) }),
  service_tier: oneOf('auto', 'standard_only'),
  speed: orNull(oneOf('standard', 'fast')),
  inference_geo: orNull(text),
  user_profile_id: text,
  workspace_id: text,
  output_config: objectOf({
    effort: orNull(oneOf('low', 'medium', 'high', 'xhigh', 'max')),
    format: orNull(objectOf({ type: oneOf('json_schema'), schema: dictionary }, 'type', 'schema')),
  }),
}

/** The newest version has none of them; the newest models take nothing but what they would do anyway. */
const samplingError = (body: Body, isStrict: boolean): ProviderError | undefined => {
  const given = samplings.filter((field) => body[field] !== undefined)
  const [first] = given
  if (first === undefined) return undefined
  if (isStrict) return wrong(first, 'Extra inputs are not permitted')
  if (typeof body.model !== 'string' || !samplesAlone(body.model)) return undefined
  const odd = given.find((field) => field !== 'temperature' || body.temperature !== 1)
  return odd === undefined
    ? undefined
    : invalidRequest(`\`${odd}\` may only be set to its default value for this model`)
}

/** Every model after Claude Opus 4.6. */
const samplesAlone = (model: string): boolean => {
  const [, major, minor = '0'] = /^claude-[a-z]+-(\d+)(?:-(\d{1,2}))?(?:-|$)/.exec(model) ?? []
  if (major === undefined) return false
  return Number(major) > 4 || (Number(major) === 4 && Number(minor) > 6)
}

const stopSequencesOf = ({ stop_sequences: given }: Body): readonly string[] =>
  Array.isArray(given) ? given.filter((each) => typeof each === 'string') : []
