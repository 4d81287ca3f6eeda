import type { JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present, presentOrNothing } from '../../reading/present.ts'
import { Report } from '../../report.ts'
import { anthropicTraits } from '../../traits/anthropic.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'
import { loseWhatAnthropicLacks, refuseWhatWouldBeWrong } from './lacking.ts'
import { toConversation } from './messages.ts'
import { toOutputFormat } from './output-format.ts'
import { toOutputLimit } from './output-limit.ts'
import { toReasoning } from './reasoning.ts'
import { toSampling } from './sampling.ts'
import { toSystem } from './system.ts'
import { toEndUser, toServiceTier } from './tenant-fields.ts'
import { toTools } from './tools.ts'

/** A chat completion that is asked for, as a message that is asked for. */
export const requestToAnthropic = (
  request: JsonObject,
  context: RequestContext,
): Translated | Untranslatable => {
  const report = new Report()
  const fields = new Fields(request, '', report)
  const traits = anthropicTraits(context.model, context.headers)
  fields.ignore('model', 'stream')
  refuseWhatWouldBeWrong(fields)
  const conversation = toConversation(fields, traits)
  const { format, instruction } = toOutputFormat(fields)
  const limit = toOutputLimit(fields, context.outputTokensDefault)
  const { tools, choice } = toTools(fields)
  const { thinking, effort } = toReasoning(fields, { traits, limit, mustCall: isForced(choice) })
  const translated = present({
    model: context.model,
    max_tokens: limit,
    system: toSystem(conversation.system, instruction),
    messages: conversation.messages,
    tools,
    tool_choice: choice,
    ...toSampling(fields, { traits, thinks: thinking?.type === 'enabled' }),
    stop_sequences: toStop(fields),
    thinking,
    output_config: presentOrNothing({ effort, format }),
    metadata: toEndUser(fields),
    service_tier: toServiceTier(fields),
    stream: context.isStream || undefined,
  })
  loseWhatAnthropicLacks(fields)
  return report.refusal ?? { kind: 'translated', request: translated, losses: report.losses }
}

const isForced = (choice: JsonObject | undefined): boolean =>
  choice?.type === 'any' || choice?.type === 'tool'

const toStop = (fields: Fields): readonly string[] | undefined => {
  const stop = fields.take('stop')
  if (typeof stop === 'string') return [stop]
  const stops = fields.strings('stop')
  return stops && stops.length > 0 ? stops : undefined
}
