import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { readOwnSchema } from './functions.ts'

export type AskedFormat =
  | { readonly kind: 'text' }
  | { readonly kind: 'json' }
  | { readonly kind: 'schema'; readonly schema: JsonObject }

export const readFormat = (config: Fields): AskedFormat => {
  const type = config.string('responseMimeType') ?? 'text/plain'
  const schema = config.json('responseJsonSchema') ?? readOwnSchema(config, 'responseSchema')
  if (type === 'text/plain') return { kind: 'text' }
  if (type === 'application/json') return schema ? { kind: 'schema', schema } : { kind: 'json' }
  config.refuse('responseMimeType', 'must be text/plain or application/json')
  return { kind: 'text' }
}

/** A format that answers in words alone cannot answer otherwise. */
export const refuseOtherModalities = (config: Fields): void => {
  if (config.strings('responseModalities')?.some((each) => each !== 'TEXT')) {
    config.refuse('responseModalities', 'can be ["TEXT"] only')
  }
}
