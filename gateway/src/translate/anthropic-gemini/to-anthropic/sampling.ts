import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { AnthropicTraits } from '../../traits/anthropic.ts'

const TEMPERATURE_MAX = 1

/** Newer models take no values of these but their defaults, and newer versions of the API none at all. */
export const toSampling = (config: Fields, { takesSampling }: AnthropicTraits): JsonObject => {
  refuseSeveralAnswers(config)
  if (takesSampling) {
    return {
      temperature: toTemperature(config),
      top_p: config.number('topP'),
      top_k: config.number('topK'),
    }
  }
  if (config.number('temperature') !== 1) config.drop('temperature')
  if (config.number('topP') !== 1) config.drop('topP')
  config.drop('topK')
  return {}
}

const refuseSeveralAnswers = (config: Fields): void => {
  const count = config.number('candidateCount') ?? 1
  if (count !== 1) config.refuse('candidateCount', 'must be 1: this model gives one answer to a request')
}

const toTemperature = (config: Fields): number | undefined => {
  const temperature = config.number('temperature')
  if (temperature === undefined || temperature <= TEMPERATURE_MAX) return temperature
  config.report.changed(config.at('temperature'), 'clamped', { from: temperature, to: TEMPERATURE_MAX })
  return TEMPERATURE_MAX
}
