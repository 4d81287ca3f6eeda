import type { ProviderError } from '../provider-error.ts'
import { type Body, isRecord } from '../record.ts'
import { invalidRequest } from './errors.ts'
import { type FieldCheck, flag, wrongType } from './request-fields.ts'

/** How an answer is to be streamed. */
export interface StreamWish {
  /** The usage comes in a chunk of its own at the end; the chunks before it say that it is not there yet. */
  readonly usage: boolean
  /** Each delta brings letters without a meaning, so that its length on the wire tells nothing of its text. */
  readonly obfuscated: boolean
}

/** The checks of the two fields that concern streams; the endpoints differ in the options that they know. */
export const streamFields = (...options: readonly string[]): Readonly<Record<string, FieldCheck>> => ({
  stream: flag,
  stream_options: (value, param) => optionsError(value, param, options),
})

/** Options without a stream that they could be for. */
export const idleOptions = ({ stream, stream_options: options }: Body): ProviderError | undefined =>
  stream === true || options === undefined || options === null
    ? undefined
    : invalidRequest(
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
        'stream_options',
        null,
      )

export const streamWish = ({ stream, stream_options: options }: Body): StreamWish | undefined => {
  if (stream !== true) return undefined
  const { include_usage: usage, include_obfuscation: obfuscation } = isRecord(options) ? options : {}
  return { usage: usage === true, obfuscated: obfuscation !== false }
}

const optionsError = (value: unknown, param: string, known: readonly string[]): ProviderError | undefined => {
  if (value === null) return undefined
  if (!isRecord(value)) return wrongType(param, 'an object', value)
  for (const [option, wanted] of Object.entries(value)) {
    const at = `${param}.${option}`
    if (!known.includes(option)) return invalidRequest(`Unknown parameter: '${at}'.`, at, 'unknown_parameter')
    const error = flag(wanted, at)
    if (error) return error
  }
  return undefined
}
