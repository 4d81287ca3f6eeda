import type { JsonObject } from '../json.ts'
import { jsonText } from '../reading/json-text.ts'

/** The result of a function as text: what `toResponse` made an output, or the object. */
export const textOfResponse = (response: JsonObject): string =>
  typeof response.output === 'string' && Object.keys(response).length === 1
    ? response.output
    : jsonText(response)
