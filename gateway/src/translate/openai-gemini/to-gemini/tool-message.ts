import { toResponse } from '../../gemini/function-response.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { textOf } from './text-content.ts'

/** Gemini wants the name of the function with its result, which OpenAI says with the call alone. */
export const toFunctionResponse = (
  message: Fields,
  called: ReadonlyMap<string, string>,
): readonly JsonObject[] => {
  const id = message.requiredString('tool_call_id')
  const name = called.get(id)
  if (name === undefined) message.refuse('tool_call_id', 'names no call of an earlier message')
  return [{ functionResponse: { id, name: name ?? '', response: toResponse(textOf(message)) } }]
}
