import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { AnthropicTraits } from '../../traits/anthropic.ts'

const TEMPERATURE_MAX = 1

interface Sampler {
  readonly traits: AnthropicTraits
  /** With a budget to think, only the default temperature is taken. */
  readonly thinks: boolean
}

export const toSampling = (fields: Fields, { traits, thinks }: Sampler): JsonObject => ({
  temperature: traits.takesSampling && !thinks ? temperature(fields) : onlyDefault(fields, 'temperature'),
  top_p: traits.takesSampling ? fields.take('top_p') : onlyDefault(fields, 'top_p'),
})

const temperature = (fields: Fields): unknown => {
  const value = fields.take('temperature')
  if (typeof value !== 'number' || value <= TEMPERATURE_MAX) return value
  fields.report.changed('temperature', 'clamped', { from: value, to: TEMPERATURE_MAX })
  return TEMPERATURE_MAX
}

const onlyDefault = (fields: Fields, name: string): undefined => {
  if (fields.take(name) !== 1) fields.drop(name)
}
