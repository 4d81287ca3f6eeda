import { thinkingOfEffort } from '../../gemini/thinking.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { presentOrNothing } from '../../reading/present.ts'
import { STOP_SEQUENCES_MAX } from '../../traits/gemini.ts'
import { toOutputFormat } from './output-format.ts'

export const toGenerationConfig = (
  fields: Fields,
  model: string,
  mediaResolution: string | undefined,
): JsonObject | undefined =>
  presentOrNothing({
    maxOutputTokens: toMaxOutputTokens(fields),
    temperature: fields.number('temperature'),
    topP: fields.number('top_p'),
    stopSequences: toStopSequences(fields),
    candidateCount: fields.number('n'),
    seed: fields.number('seed'),
    presencePenalty: fields.number('presence_penalty'),
    frequencyPenalty: fields.number('frequency_penalty'),
    responseLogprobs: fields.boolean('logprobs'),
    logprobs: fields.number('top_logprobs'),
    ...toOutputFormat(fields),
    responseModalities: toModalities(fields),
    mediaResolution,
    thinkingConfig: thinkingOfEffort(fields, 'reasoning_effort', model),
  })

/** The new name wins where both are given. */
const toMaxOutputTokens = (fields: Fields): number | undefined => {
  const limit = fields.number('max_completion_tokens')
  const old = fields.number('max_tokens')
  if (limit === undefined) return old
  if (old !== undefined && old !== limit) fields.drop('max_tokens')
  return limit
}

const toStopSequences = (fields: Fields): readonly string[] | undefined => {
  const stop = fields.take('stop')
  if (typeof stop === 'string') return [stop]
  const sequences = fields.strings('stop')
  if (sequences && sequences.length > STOP_SEQUENCES_MAX) {
    fields.refuse('stop', `holds ${sequences.length} strings; the model takes ${STOP_SEQUENCES_MAX}`)
  }
  return sequences?.length === 0 ? undefined : sequences
}

/** Sound would come in another format than was asked for, and with another voice. */
const toModalities = (fields: Fields): readonly string[] | undefined => {
  const modalities = fields.strings('modalities')
  if (modalities?.some((each) => each !== 'text')) {
    fields.refuse('modalities', 'can be ["text"] only: the model has no other answer in this format')
  }
  return modalities?.length ? ['TEXT'] : undefined
}
