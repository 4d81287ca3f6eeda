import type { ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { invalidArgument } from '../errors.ts'
import { numberIn, textIn, textsIn } from '../proto/narrow.ts'

/** What is wrong with the values of a generation config whose types are right. */
export const configError = (config: Body, at: string): ProviderError | undefined =>
  rangeError(config, at) ?? formError(config, at)

/** By field: its name in messages, and the range of its values. */
const ranges: readonly (readonly [field: string, name: string, min: number, max: number])[] = [
  ['temperature', 'temperature', 0, 2],
  ['topP', 'top_p', 0, 1],
  ['topK', 'top_k', 1, 0x7fff_ffff],
  ['candidateCount', 'candidate_count', 1, 8],
  ['maxOutputTokens', 'max_output_tokens', 1, 65_536],
  ['presencePenalty', 'presence_penalty', -2, 2],
  ['frequencyPenalty', 'frequency_penalty', -2, 2],
  ['logprobs', 'logprobs', 0, 20],
]

const stopsMax = 5

const rangeError = (config: Body, at: string): ProviderError | undefined => {
  for (const [field, name, min, max] of ranges) {
    const value = numberIn(config[field])
    if (value === undefined || (value >= min && value <= max)) continue
    return invalidArgument(
      `* ${at}.generation_config.${name}: ${field} must be in the range [${min}, ${max}].\n`,
    )
  }
  const stops = textsIn(config.stopSequences)
  return stops.length > stopsMax
    ? invalidArgument(
        `* ${at}.generation_config.stop_sequences: at most ${stopsMax} stop sequences are supported\n`,
      )
    : undefined
}

const mimeTypes = ['text/plain', 'application/json', 'application/xml', 'application/yaml', 'text/x.enum']
const withSchema = ['application/json', 'text/x.enum']

const formError = (config: Body, at: string): ProviderError | undefined => {
  const { responseMimeType, responseSchema, responseJsonSchema } = config
  const type = textIn(responseMimeType) || 'text/plain'
  const where = `${at}.generation_config`
  if (!mimeTypes.includes(type)) {
    return invalidArgument(
      `* ${where}.response_mime_type: allowed mimetypes are ${mimeTypes.map((each) => `\`${each}\``).join(', ')}.\n`,
    )
  }
  if (responseSchema !== undefined && responseJsonSchema !== undefined) {
    return invalidArgument(`* ${where}: only one of response_schema and response_json_schema may be set\n`)
  }
  const hasSchema = responseSchema !== undefined || responseJsonSchema !== undefined
  return hasSchema && !withSchema.includes(type)
    ? invalidArgument(
        `* ${where}.response_schema: only allowed where response_mime_type is ${withSchema.map((each) => `\`${each}\``).join(' or ')}.\n`,
      )
    : undefined
}
