import { type JsonObject, parseObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { ASSISTANT_PARTS, toContent } from './content-parts.ts'
import type { Said } from './system.ts'
import { blocksOf } from './turns.ts'

/** What a turn of the model said and called. */
export const toAssistantContent = (message: Fields): Said => {
  if (message.take('function_call') !== undefined)
    message.refuse('function_call', 'is an old form: use tool_calls')
  const said = saidBy(message)
  const calls = message.objects('tool_calls').map(toToolUse)
  dropUnlessEmpty(message, 'reasoning_content')
  return calls.length === 0 ? said : [...blocksOf(said), ...calls]
}

const saidBy = (message: Fields): Said => {
  const said = message.take('content') === undefined ? '' : toContent(message, ASSISTANT_PARTS)
  const refusal = message.string('refusal') ?? ''
  if (refusal === '') return said
  message.approximate('refusal', 'a text')
  return said === '' ? refusal : [...blocksOf(said), ...blocksOf(refusal)]
}

const toToolUse = (call: Fields): JsonObject => {
  const called = call.take('type') === 'function' ? call.object('function') : undefined
  if (!called) {
    call.report.refuse(call.path, "must be {id, type: 'function', function: {name, arguments}}")
    return {}
  }
  const text = called.requiredString('arguments')
  // A call without arguments may have an empty text.
  const input = text === '' ? {} : parseObject(text)
  if (!input) called.refuse('arguments', 'must be the text of a JSON object')
  const block = {
    type: 'tool_use',
    id: call.requiredString('id'),
    name: called.requiredString('name'),
    input,
  }
  called.dropRest()
  call.dropRest()
  return block
}

/** An answer that is sent back as it came may hold it empty. */
const dropUnlessEmpty = (message: Fields, name: string): void => {
  if (message.take(name) !== '') message.drop(name)
}
