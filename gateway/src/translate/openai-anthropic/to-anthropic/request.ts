import type { JsonObject } from '../../json.ts'
import { isGiven, Report } from '../../report.ts'
import { anthropicTraits } from '../../traits/anthropic.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'
import { dropWithoutCounterpart, KNOWN_FIELDS, refuseInexpressible } from './fields.ts'
import { messagesToAnthropic } from './messages.ts'
import { outputFormatToAnthropic } from './output-format.ts'
import { outputLimitToAnthropic } from './output-limit.ts'
import { reasoningToAnthropic } from './reasoning.ts'
import { samplingToAnthropic } from './sampling.ts'
import { systemToAnthropic } from './system.ts'
import { metadataToAnthropic, serviceTierToAnthropic } from './tenant-fields.ts'
import { toolsToAnthropic } from './tools.ts'

/** A chat completion that is asked for, as a message that is asked for. */
export const requestToAnthropic = (
  request: JsonObject,
  context: RequestContext,
): Translated | Untranslatable => {
  const report = new Report()
  const traits = anthropicTraits(context.model, context.headers)
  refuseInexpressible(request, report)
  const conversation = messagesToAnthropic(request.messages, traits, report)
  const format = outputFormatToAnthropic(request.response_format, report)
  const limit = outputLimitToAnthropic(request, context.outputTokensDefault, report)
  const reasoning = reasoningToAnthropic(request.reasoning_effort, { traits, limit }, report)
  const translated = {
    model: context.model,
    max_tokens: limit,
    system: systemToAnthropic(conversation.system, format.instruction),
    messages: conversation.messages,
    ...toolsToAnthropic(request, report),
    ...samplingToAnthropic(request, { traits, thinks: reasoning.thinking?.type === 'enabled' }, report),
    stop_sequences: stopToAnthropic(request.stop),
    thinking: reasoning.thinking,
    output_config: outputConfig(reasoning.effort, format.format),
    metadata: metadataToAnthropic(request, report),
    service_tier: serviceTierToAnthropic(request.service_tier, report),
    stream: context.isStream ? true : undefined,
  }
  dropWithoutCounterpart(request, report)
  report.dropUnknown(request, KNOWN_FIELDS, '')
  return report.refusal ?? { kind: 'translated', request: translated, losses: report.losses }
}

const stopToAnthropic = (stop: unknown): unknown => {
  if (!isGiven(stop) || (Array.isArray(stop) && stop.length === 0)) return undefined
  return typeof stop === 'string' ? [stop] : stop
}

const outputConfig = (effort: unknown, format: JsonObject | undefined): JsonObject | undefined =>
  effort === undefined && format === undefined ? undefined : { effort, format }
