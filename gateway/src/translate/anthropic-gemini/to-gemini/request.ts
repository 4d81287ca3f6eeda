import type { JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { Report } from '../../report.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'
import { approximateCaching } from './caching.ts'
import { toGenerationConfig } from './generation-config.ts'
import { toConversation } from './messages.ts'
import { toToolConfig } from './tool-choice.ts'
import { toTools } from './tools.ts'

/** A request for a message, as one for `generateContent`. */
export const toGeminiRequest = (
  request: JsonObject,
  context: Pick<RequestContext, 'model' | 'media'>,
): Translated | Untranslatable => {
  const report = new Report()
  const fields = new Fields(request, '', report)
  // The model and the manner of answering are in the path.
  fields.ignore('model', 'stream')
  const conversation = toConversation(fields, context)
  const tools = toTools(fields)
  const translated = present({
    systemInstruction: conversation.systemInstruction,
    contents: conversation.contents,
    tools: tools.tools,
    toolConfig: toToolConfig(fields, { isStrict: tools.isStrict }),
    generationConfig: toGenerationConfig(fields, context.model),
    serviceTier: toServiceTier(fields),
  })
  loseWhatGeminiLacks(fields)
  return report.refusal ?? { kind: 'translated', request: translated, losses: report.losses }
}

const toServiceTier = (fields: Fields): string | undefined => {
  const tier = fields.string('service_tier')
  if (tier === 'standard_only') return 'standard'
  if (tier !== 'auto') fields.drop('service_tier')
  return undefined
}

/** Some of it asks for what is so anyway. */
const loseWhatGeminiLacks = (fields: Fields): void => {
  approximateCaching(fields)
  if (fields.take('speed') !== 'standard') fields.drop('speed')
  const metadata = fields.object('metadata')
  metadata?.dropRest()
  fields.dropRest()
}
