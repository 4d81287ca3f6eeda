import { readContents, readSystemInstruction } from '../../gemini/request/contents.ts'
import type { JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { Report } from '../../report.ts'
import { anthropicTraits } from '../../traits/anthropic.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'
import { toMessages } from './messages.ts'
import { toOutput } from './output.ts'
import { toSampling } from './sampling.ts'
import { toToolMembers } from './tools.ts'

/** A request for `generateContent`, as one for a message. */
export const toAnthropicRequest = (
  request: JsonObject,
  context: Pick<RequestContext, 'model' | 'outputTokensDefault' | 'headers'>,
): Translated | Untranslatable => {
  const { model, headers } = context
  const report = new Report()
  const fields = new Fields(request, '', report)
  fields.ignore('model')
  const config = fields.object('generationConfig')
  const output = config ? toOutput(config) : { members: {}, instruction: '' }
  const system = [readSystemInstruction(fields), output.instruction].filter((text) => text !== '')
  const translated = present({
    model,
    max_tokens: toMaxTokens(config, context.outputTokensDefault, report),
    system: system.length > 0 ? system.join('\n\n') : undefined,
    messages: toMessages(readContents(fields)),
    ...(config && toSampling(config, anthropicTraits(model, headers))),
    ...output.members,
    ...toToolMembers(fields),
    service_tier: toServiceTier(fields),
  })
  config?.dropRest()
  fields.dropRest()
  return report.refusal ?? { kind: 'translated', request: translated, losses: report.losses }
}

const toMaxTokens = (config: Fields | undefined, otherwise: number, report: Report): number => {
  const limit = config?.number('maxOutputTokens')
  if (limit === undefined) report.defaulted('generationConfig.maxOutputTokens', otherwise)
  return limit ?? otherwise
}

const toServiceTier = (fields: Fields): string | undefined => {
  if (fields.string('serviceTier') === 'standard') return 'standard_only'
  fields.drop('serviceTier')
  return undefined
}
