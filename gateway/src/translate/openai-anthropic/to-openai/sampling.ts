import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import type { OpenaiTraits } from '../../traits/openai.ts'

/** Of a model that reasons, only the default is taken. `top_k` is dropped with what nobody knows. */
export const toSampling = (fields: Fields, { takesSampling }: OpenaiTraits): JsonObject => ({
  temperature: takesSampling ? fields.take('temperature') : onlyDefault(fields, 'temperature'),
  top_p: takesSampling ? fields.take('top_p') : onlyDefault(fields, 'top_p'),
})

const onlyDefault = (fields: Fields, name: string): undefined => {
  if (fields.take(name) !== 1) fields.drop(name)
}
