import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import { ASSISTANT_PARTS, contentToAnthropic } from './content-parts.ts'
import type { Said } from './system.ts'
import { blocksOf } from './turns.ts'

/** What a turn of the model said and called. */
export const assistantToAnthropic = (message: JsonObject, path: string, report: Report): Said => {
  refuseOldCall(message, path, report)
  dropWithoutCounterpart(message, path, report)
  const said = saidBy(message, path, report)
  const calls = callsOf(message.tool_calls, `${path}.tool_calls`, report)
  return calls.length === 0 ? said : [...blocksOf(said), ...calls]
}

const saidBy = (message: JsonObject, path: string, report: Report): Said => {
  const order = { path: `${path}.content`, allowed: ASSISTANT_PARTS }
  const said = isGiven(message.content) ? contentToAnthropic(message.content, order, report) : ''
  const { refusal } = message
  if (!isGiven(refusal) || refusal === '') return said
  report.changed(`${path}.refusal`, 'approximated', { from: refusal, to: 'a text' })
  return said === '' && typeof refusal === 'string'
    ? refusal
    : [...blocksOf(said), { type: 'text', text: refusal }]
}

const callsOf = (calls: unknown, path: string, report: Report): readonly JsonObject[] => {
  if (!isGiven(calls)) return []
  if (!Array.isArray(calls)) {
    report.refuse(path, 'must be a list of calls.')
    return []
  }
  return calls.map((call: unknown, at) => callToAnthropic(call, `${path}[${at}]`, report))
}

const callToAnthropic = (call: unknown, path: string, report: Report): JsonObject => {
  if (!isObject(call) || call.type !== 'function' || !isObject(call.function)) {
    report.refuse(path, "must be {id, type: 'function', function: {name, arguments}}.")
    return {}
  }
  report.dropUnknown(call, CALL_FIELDS, path)
  report.dropUnknown(call.function, FUNCTION_FIELDS, `${path}.function`)
  const input = objectIn(call.function.arguments)
  if (!input) report.refuse(`${path}.function.arguments`, 'must be the text of a JSON object.')
  return { type: 'tool_use', id: call.id, name: call.function.name, input }
}

/** A call without arguments may have an empty text. */
const objectIn = (text: unknown): JsonObject | undefined => {
  if (text === '') return {}
  if (typeof text !== 'string') return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const refuseOldCall = ({ function_call: call }: JsonObject, path: string, report: Report): void => {
  if (isGiven(call)) report.refuse(`${path}.function_call`, "is the old way to call; use 'tool_calls'.")
}

/** An answer that is sent back as it came holds them empty. */
const WITHOUT_COUNTERPART = ['name', 'audio', 'annotations', 'reasoning_content', 'reasoning'] as const

const dropWithoutCounterpart = (message: JsonObject, path: string, report: Report): void => {
  for (const field of WITHOUT_COUNTERPART) {
    const value = message[field]
    const isEmpty = !isGiven(value) || value === '' || (Array.isArray(value) && value.length === 0)
    if (!isEmpty) report.dropped(`${path}.${field}`, value)
  }
  report.dropUnknown(message, KNOWN, path)
}

const KNOWN: ReadonlySet<string> = new Set([
  ...WITHOUT_COUNTERPART,
  'role',
  'content',
  'refusal',
  'tool_calls',
  'function_call',
])
const CALL_FIELDS: ReadonlySet<string> = new Set(['id', 'type', 'function', 'index'])
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['name', 'arguments'])
