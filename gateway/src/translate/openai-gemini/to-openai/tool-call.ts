import type { CallIds } from '../../gemini/call-ids.ts'
import type { FunctionCall } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'
import { jsonText } from '../../reading/json-text.ts'

export const toToolCall = ({ id, name, args, signature }: FunctionCall, ids: CallIds): JsonObject => ({
  id: ids.idOf(id),
  type: 'function',
  function: { name, arguments: jsonText(args) },
  // Where Gemini's own endpoint of this format puts it, and takes it back from.
  ...(signature !== undefined && { extra_content: { google: { thought_signature: signature } } }),
})
