import { readContents, readSystemInstruction } from '../../gemini/request/contents.ts'
import { readFunctions } from '../../gemini/request/functions.ts'
import type { JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { Report } from '../../report.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'
import { toMessages } from './messages.ts'
import { toParameters } from './parameters.ts'
import { toTool, toToolChoice } from './tools.ts'

/** A request for `generateContent`, as one for a chat completion. */
export const toOpenaiRequest = (
  request: JsonObject,
  { model }: Pick<RequestContext, 'model'>,
): Translated | Untranslatable => {
  const report = new Report()
  const fields = new Fields(request, '', report)
  fields.ignore('model')
  const system = readSystemInstruction(fields)
  const messages = toMessages(readContents(fields))
  const tools = readFunctions(fields).map(toTool)
  const translated = present({
    model,
    messages: system === '' ? messages : [{ role: 'system', content: system }, ...messages],
    ...toParameters(fields),
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: toToolChoice(fields),
    service_tier: toServiceTier(fields),
  })
  fields.dropRest()
  return report.refusal ?? { kind: 'translated', request: translated, losses: report.losses }
}

const SERVICE_TIERS: ReadonlyMap<string, string> = new Map([
  ['standard', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

const toServiceTier = (fields: Fields): string | undefined => {
  const tier = fields.string('serviceTier')
  const known = tier === undefined ? undefined : SERVICE_TIERS.get(tier)
  if (known === undefined) fields.drop('serviceTier')
  return known
}
