import { UNCHECKED_SIGNATURE } from '../../gemini/signature.ts'
import { type JsonObject, parseObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { shown } from '../../report.ts'

/** What the model said before; the functions it called are noted by the ids of the calls. */
export const toAssistantParts = (
  message: Fields,
  called: Map<string, string>,
  order: { readonly wantsSignatures: boolean },
): readonly JsonObject[] => {
  const thought = message.string('reasoning_content')
  if (message.take('function_call') !== undefined) {
    message.refuse('function_call', 'is an old form: use tool_calls')
  }
  return [
    ...(thought ? [{ text: thought, thought: true }] : []),
    ...toTexts(message),
    ...toRefusal(message),
    ...message
      .objects('tool_calls')
      .map((call, at) => toFunctionCall(call, called, at === 0 && order.wantsSignatures)),
  ]
}

const toTexts = (message: Fields): readonly JsonObject[] => {
  const content = message.take('content')
  if (content === undefined || content === '') return []
  if (typeof content === 'string') return [{ text: content }]
  return message.objects('content').flatMap((part) => {
    const type = part.string('type')
    const texts = type === 'refusal' ? toRefusal(part) : [{ text: part.requiredString('text') }]
    if (type !== 'text' && type !== 'refusal') {
      part.refuse('type', `must be text or refusal here, and is ${shown(type)}`)
    }
    part.dropRest()
    return texts
  })
}

const toRefusal = (fields: Fields): readonly JsonObject[] => {
  const refusal = fields.string('refusal')
  if (!refusal) return []
  fields.approximate('refusal', 'text')
  return [{ text: refusal }]
}

const toFunctionCall = (call: Fields, called: Map<string, string>, wantsSignature: boolean): JsonObject => {
  const id = call.requiredString('id')
  const type = call.string('type') ?? 'function'
  const fields = type === 'function' ? call.object('function') : undefined
  const thoughtSignature = signatureOf(call) ?? (wantsSignature ? unchecked(call) : undefined)
  call.dropRest()
  if (!fields) {
    call.refuse('type', `must be function, with a member function; and is ${shown(type)}`)
    return {}
  }
  const name = fields.requiredString('name')
  called.set(id, name)
  const args = toArgs(fields)
  fields.dropRest()
  return present({ functionCall: { id, name, args }, thoughtSignature })
}

const toArgs = (fields: Fields): JsonObject => {
  const text = fields.string('arguments')
  if (text === undefined || text.trim() === '') return {}
  const args = parseObject(text)
  if (!args) fields.refuse('arguments', 'must be a JSON object, written as a string')
  return args ?? {}
}

/** Gemini's own place for it in this format, where our answers put it too. */
const signatureOf = (call: Fields): string | undefined => {
  const extra = call.object('extra_content')
  const google = extra?.object('google')
  const signature = google?.string('thought_signature')
  google?.dropRest()
  extra?.dropRest()
  return signature
}

const unchecked = (call: Fields): string => {
  call.report.defaulted(call.at('extra_content.google.thought_signature'), UNCHECKED_SIGNATURE)
  return UNCHECKED_SIGNATURE
}
