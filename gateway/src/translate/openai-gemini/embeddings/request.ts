import type { JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { Report } from '../../report.ts'
import type { RequestContext, Translated, Untranslatable } from '../../translation.ts'

/** A request for embeddings, as one for `batchEmbedContents`: one inner request for each text. */
export const toEmbedRequest = (
  request: JsonObject,
  { model }: Pick<RequestContext, 'model'>,
): Translated | Untranslatable => {
  const report = new Report()
  const fields = new Fields(request, '', report)
  fields.ignore('model')
  checkEncoding(fields)
  const outputDimensionality = fields.number('dimensions')
  const requests = textsOf(fields).map((text) =>
    present({
      model: model.includes('/') ? model : `models/${model}`,
      content: { parts: [{ text }] },
      outputDimensionality,
    }),
  )
  fields.dropRest()
  return report.refusal ?? { kind: 'translated', request: { requests }, losses: report.losses }
}

/** The answer is written in it, whatever the provider sends. */
const checkEncoding = (fields: Fields): void => {
  const encoding = fields.string('encoding_format') ?? 'float'
  if (encoding !== 'float' && encoding !== 'base64') {
    fields.refuse('encoding_format', 'must be float or base64')
  }
}

const textsOf = (fields: Fields): readonly string[] => {
  const input = fields.take('input')
  if (typeof input === 'string') return [input]
  const texts: readonly unknown[] = Array.isArray(input) ? input : []
  const strings = texts.filter((text) => typeof text === 'string')
  if (strings.length === 0 || strings.length < texts.length) {
    fields.refuse('input', 'must be a string, or a list of them: this model does not take tokens')
  }
  return strings
}
