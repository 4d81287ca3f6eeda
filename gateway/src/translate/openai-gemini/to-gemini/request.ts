import type { JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { Report } from '../../report.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'
import { toGenerationConfig } from './generation-config.ts'
import { toConversation } from './messages.ts'
import { toToolConfig } from './tool-choice.ts'
import { toTools } from './tools.ts'

/** A request for a chat completion, as one for `generateContent`. */
export const toGeminiRequest = (
  request: JsonObject,
  context: Pick<RequestContext, 'model' | 'media'>,
): Translated | Untranslatable => {
  const report = new Report()
  const fields = new Fields(request, '', report)
  // The model and the manner of answering are in the path.
  fields.ignore('model', 'stream')
  refuseOldFunctions(fields)
  const conversation = toConversation(fields, context)
  const tools = toTools(fields)
  const translated = present({
    systemInstruction: conversation.systemInstruction,
    contents: conversation.contents,
    tools: tools.tools,
    toolConfig: toToolConfig(fields, { isStrict: tools.isStrict }),
    generationConfig: toGenerationConfig(fields, context.model, conversation.mediaResolution),
    serviceTier: toServiceTier(fields),
  })
  loseWhatGeminiLacks(fields)
  return report.refusal ?? { kind: 'translated', request: translated, losses: report.losses }
}

/** Without its tools an answer would be wrong, and not merely different. */
const refuseOldFunctions = (fields: Fields): void => {
  for (const name of ['functions', 'function_call']) {
    if (fields.take(name) !== undefined) fields.refuse(name, 'is an old form: use tools and tool_choice')
  }
}

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['default', 'standard'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

const toServiceTier = (fields: Fields): string | undefined => {
  const tier = fields.string('service_tier')
  if (tier === undefined || tier === 'auto') return undefined
  const known = SERVICE_TIERS.get(tier)
  if (!known) fields.drop('service_tier')
  return known
}

/** Some of it asks for what is so anyway, or is for the one who answers. */
const loseWhatGeminiLacks = (fields: Fields): void => {
  const options = fields.object('stream_options')
  options?.ignore('include_usage', 'include_obfuscation')
  options?.dropRest()
  if (fields.take('parallel_tool_calls') !== true) fields.drop('parallel_tool_calls')
  if (fields.take('verbosity') !== 'medium') fields.drop('verbosity')
  if (fields.take('store') !== false) fields.drop('store')
  fields.dropRest()
}
