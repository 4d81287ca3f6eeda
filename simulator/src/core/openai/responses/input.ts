import type { Message } from '../../prompt.ts'
import { isError, type ProviderError } from '../../provider-error.ts'
import { isRecord } from '../../record.ts'
import { invalidRequest } from '../errors.ts'
import { emptyArray, missing, wrongType } from '../request-fields.ts'

/** A text, or a list of items: messages, and what came of calls before. */
export const readInput = (value: unknown): readonly Message[] | ProviderError => {
  if (typeof value === 'string') return [{ role: 'user', name: '', text: value, images: 0 }]
  if (!Array.isArray(value)) return wrongType('input', 'one of a string or array of objects', value)
  if (value.length === 0) return emptyArray('input')
  const messages: Message[] = []
  for (let at = 0; at < value.length; at++) {
    const message = readItem(value[at], `input[${at}]`)
    if (isError(message)) return message
    messages.push(message)
  }
  return messages
}

/** Besides messages. The double makes no calls of its own, but takes a conversation in which some were made. */
const itemTypes = [
  'apply_patch_call',
  'apply_patch_call_output',
  'code_interpreter_call',
  'compaction',
  'computer_call',
  'computer_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
  'file_search_call',
  'function_call',
  'function_call_output',
  'image_generation_call',
  'item_reference',
  'local_shell_call',
  'local_shell_call_output',
  'mcp_approval_request',
  'mcp_approval_response',
  'mcp_call',
  'mcp_list_tools',
  'reasoning',
  'shell_call',
  'shell_call_output',
  'web_search_call',
]

const readItem = (item: unknown, param: string): Message | ProviderError => {
  if (!isRecord(item)) return wrongType(param, 'an object', item)
  const { type = 'message' } = item
  if (type === 'message') return readMessage(item, param)
  if (typeof type !== 'string' || !itemTypes.includes(type))
    return invalidValue(type, [...itemTypes, 'message'], param)
  // Whatever it says of the call is read by the model.
  return { role: type, name: '', text: JSON.stringify(item), images: 0 }
}

const roles = ['assistant', 'system', 'developer', 'user']

const readMessage = (item: Record<string, unknown>, param: string): Message | ProviderError => {
  const { role, content } = item
  if (role === undefined) return missing(`${param}.role`)
  if (typeof role !== 'string' || !roles.includes(role)) return invalidValue(role, roles, `${param}.role`)
  if (content === undefined) return missing(`${param}.content`)
  if (typeof content === 'string') return { role, name: '', text: content, images: 0 }
  if (!Array.isArray(content))
    return wrongType(`${param}.content`, 'one of an array of objects or string', content)
  return readParts(role, content, `${param}.content`)
}

const textParts = new Map([
  ['input_text', 'text'],
  ['output_text', 'text'],
  ['refusal', 'refusal'],
])
const otherParts = ['input_image', 'input_file', 'input_audio']

const readParts = (role: string, parts: readonly unknown[], param: string): Message | ProviderError => {
  const texts: string[] = []
  let images = 0
  for (const [at, part] of parts.entries()) {
    if (!isRecord(part)) return wrongType(`${param}[${at}]`, 'an object', part)
    const { type } = part
    const field = textParts.get(String(type))
    if (field === undefined) {
      if (typeof type !== 'string' || !otherParts.includes(type))
        return invalidValue(type, [...textParts.keys(), ...otherParts], `${param}[${at}].type`)
      images++
      continue
    }
    const text = part[field]
    if (text === undefined) return missing(`${param}[${at}].${field}`)
    if (typeof text !== 'string') return wrongType(`${param}[${at}].${field}`, 'a string', text)
    texts.push(text)
  }
  return { role, name: '', text: texts.join('\n'), images }
}

const invalidValue = (value: unknown, allowed: readonly string[], param: string): ProviderError =>
  invalidRequest(
    `Invalid value: '${String(value)}'. Supported values are: ${allowed.map((each) => `'${each}'`).join(', ')}.`,
    param,
    'invalid_value',
  )
