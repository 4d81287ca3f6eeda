import type { JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import type { AnthropicTraits } from '../../traits/anthropic.ts'

const TEMPERATURE_MAX = 1

interface Sampler {
  readonly traits: AnthropicTraits
  /** With a budget to think, only the default temperature is taken. */
  readonly thinks: boolean
}

export const samplingToAnthropic = (request: JsonObject, sampler: Sampler, report: Report): JsonObject => ({
  temperature: temperature(request.temperature, sampler, report),
  top_p: nucleus(request.top_p, sampler, report),
})

const temperature = (value: unknown, { traits, thinks }: Sampler, report: Report): unknown => {
  if (!isGiven(value)) return undefined
  if (!traits.takesSampling || thinks) {
    if (value !== 1) report.dropped('temperature', value)
    return undefined
  }
  if (typeof value !== 'number' || value <= TEMPERATURE_MAX) return value
  report.changed('temperature', 'clamped', { from: value, to: TEMPERATURE_MAX })
  return TEMPERATURE_MAX
}

const nucleus = (value: unknown, { traits }: Sampler, report: Report): unknown => {
  if (!isGiven(value)) return undefined
  if (traits.takesSampling) return value
  if (value !== 1) report.dropped('top_p', value)
  return undefined
}
