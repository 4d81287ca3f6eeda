import { toStopSequences } from '../../gemini/stop-sequences.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { presentOrNothing } from '../../reading/present.ts'
import { toOutputFormat } from './output-format.ts'
import { toThinkingConfig } from './reasoning.ts'

export const toGenerationConfig = (
  fields: Fields,
  model: string,
  mediaResolution: string | undefined,
): JsonObject | undefined =>
  presentOrNothing({
    maxOutputTokens: toMaxOutputTokens(fields),
    temperature: fields.number('temperature'),
    topP: fields.number('top_p'),
    stopSequences: toStop(fields),
    candidateCount: fields.number('n'),
    seed: fields.number('seed'),
    presencePenalty: fields.number('presence_penalty'),
    frequencyPenalty: fields.number('frequency_penalty'),
    responseLogprobs: fields.boolean('logprobs'),
    logprobs: fields.number('top_logprobs'),
    ...toOutputFormat(fields),
    responseModalities: toModalities(fields),
    mediaResolution,
    thinkingConfig: toThinkingConfig(fields, model),
  })

/** The new name wins where both are given. */
const toMaxOutputTokens = (fields: Fields): number | undefined => {
  const limit = fields.number('max_completion_tokens')
  const old = fields.number('max_tokens')
  if (limit === undefined) return old
  if (old !== undefined && old !== limit) fields.drop('max_tokens')
  return limit
}

const toStop = (fields: Fields): readonly string[] | undefined => {
  const stop = fields.take('stop')
  return typeof stop === 'string' ? [stop] : toStopSequences(fields, 'stop')
}

/** Sound would come in another format than was asked for, and with another voice. */
const toModalities = (fields: Fields): readonly string[] | undefined => {
  const modalities = fields.strings('modalities')
  if (modalities?.some((each) => each !== 'text')) {
    fields.refuse('modalities', 'can be ["text"] only: the model has no other answer in this format')
  }
  return modalities?.length ? ['TEXT'] : undefined
}
