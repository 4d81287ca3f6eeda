import type { JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { Report } from '../../report.ts'
import { openaiTraits } from '../../traits/openai.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'
import { toMessages } from './messages.ts'
import { toOutputFormat } from './output-format.ts'
import { toReasoning } from './reasoning.ts'
import { toSampling } from './sampling.ts'
import { toEndUser, toServiceTier } from './tenant-fields.ts'
import { toToolChoice } from './tool-choice.ts'
import { toTools } from './tools.ts'

/** A message that is asked for, as a chat completion that is asked for. */
export const requestToOpenai = (
  request: JsonObject,
  context: RequestContext,
): Translated | Untranslatable => {
  const report = new Report()
  const fields = new Fields(request, '', report)
  const traits = openaiTraits(context.provider, context.model)
  fields.ignore('model', 'stream')
  const output = fields.object('output_config')
  const format = toOutputFormat(output, traits)
  const reasoning = toReasoning(fields, output, traits)
  output?.dropRest()
  const translated = present({
    model: context.model,
    messages: toMessages(fields, { traits, media: context.media, instruction: format.instruction }),
    [traits.outputLimit]: fields.take('max_tokens'),
    ...toSampling(fields, traits),
    stop: toStop(fields, traits.stopsMax),
    ...reasoning,
    response_format: format.format,
    tools: toTools(fields),
    ...toToolChoice(fields, traits),
    ...toEndUser(fields, traits),
    service_tier: toServiceTier(fields, traits),
    ...(context.isStream && { stream: true, stream_options: { include_usage: true } }),
  })
  // It is automatic, whether asked for or not.
  fields.approximate('cache_control', 'automatic caching')
  if (fields.take('speed') !== 'standard') fields.drop('speed')
  fields.dropRest()
  return report.refusal ?? { kind: 'translated', request: translated, losses: report.losses }
}

const toStop = (fields: Fields, max: number): readonly string[] | undefined => {
  const stops = fields.strings('stop_sequences')
  if (!stops || stops.length === 0) return undefined
  if (stops.length > max) fields.refuse('stop_sequences', `must be ${max} at most for this model`)
  return stops
}
