import { UNCHECKED_SIGNATURE } from '../../gemini/signature.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import { approximateCaching } from './caching.ts'

/** What the model said before; the tools that it used are noted by the ids of the uses. */
export const toAssistantParts = (
  message: Fields,
  used: Map<string, string>,
  order: { readonly wantsSignatures: boolean },
): readonly JsonObject[] => {
  const content = message.take('content')
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  if (content === undefined) message.refuse('content', 'is required')
  let wantsSignature = order.wantsSignatures
  return message.objects('content').flatMap((block) => {
    const parts = toParts(block, used)
    block.dropRest()
    if (!wantsSignature || block.string('type') !== 'tool_use') return parts
    wantsSignature = false
    return unchecked(block, parts)
  })
}

/** Anthropic's clients have no place to keep what Gemini signs. */
const unchecked = (block: Fields, parts: readonly JsonObject[]): readonly JsonObject[] => {
  block.report.defaulted(block.at('signature'), UNCHECKED_SIGNATURE)
  return parts.map((part) => ({ ...part, thoughtSignature: UNCHECKED_SIGNATURE }))
}

const toParts = (block: Fields, used: Map<string, string>): readonly JsonObject[] => {
  const type = block.string('type')
  approximateCaching(block)
  if (type === 'text') return textPart(block.requiredString('text'))
  if (type === 'thinking') return toThought(block)
  if (type === 'tool_use') return [toFunctionCall(block, used)]
  // It can be read by nobody but who wrote it.
  if (type === 'redacted_thinking') block.drop('data')
  else
    block.refuse('type', `must be text, thinking, redacted_thinking or tool_use here, and is ${shown(type)}`)
  return []
}

const textPart = (text: string): readonly JsonObject[] => (text === '' ? [] : [{ text }])

/** Signatures are their maker's; those of our own answers by Gemini are empty. */
const toThought = (block: Fields): readonly JsonObject[] => {
  if (block.take('signature') !== '') block.drop('signature')
  const text = block.requiredString('thinking')
  return text === '' ? [] : [{ text, thought: true }]
}

const toFunctionCall = (block: Fields, used: Map<string, string>): JsonObject => {
  const id = block.requiredString('id')
  const name = block.requiredString('name')
  // Who called is said in every answer, and nobody else can have.
  block.ignore('caller')
  used.set(id, name)
  return { functionCall: { id, name, args: block.json('input') ?? {} } }
}
