import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'

interface ToolChoice {
  readonly choice?: JsonObject | undefined
  /** Names of the functions that may be called, where not all may. */
  readonly allowed?: ReadonlySet<unknown> | undefined
}

const FIELD = 'tool_choice'

/** `parallel_tool_calls` lies beside it in OpenAI's format, and within it in Anthropic's. */
export const toolChoiceToAnthropic = (request: JsonObject, hasTools: boolean, report: Report): ToolChoice => {
  const { choice, allowed } = chosen(request[FIELD], report)
  const { parallel_tool_calls: parallel } = request
  if (!isGiven(parallel) || parallel === true || choice?.type === 'none') return { choice, allowed }
  if (parallel !== false) {
    report.refuse('parallel_tool_calls', 'must be true or false.')
    return {}
  }
  if (!choice && !hasTools) return {}
  return { choice: { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true }, allowed }
}

const chosen = (given: unknown, report: Report): ToolChoice => {
  if (!isGiven(given)) return {}
  if (given === 'auto' || given === 'none') return { choice: { type: given } }
  if (given === 'required') return { choice: { type: 'any' } }
  if (isObject(given) && given.type === 'function' && isObject(given.function)) {
    report.dropUnknown(given, NAMED_FIELDS, FIELD)
    report.dropUnknown(given.function, NAME, `${FIELD}.function`)
    return { choice: { type: 'tool', name: given.function.name } }
  }
  if (isObject(given) && given.type === 'allowed_tools' && isObject(given.allowed_tools)) {
    report.dropUnknown(given, ALLOWED_FIELDS, FIELD)
    return subset(given.allowed_tools, report)
  }
  report.refuse(FIELD, 'must be none, auto, required, a function, or allowed_tools.')
  return {}
}

const SUBSET = `${FIELD}.allowed_tools`

const subset = (given: JsonObject, report: Report): ToolChoice => {
  report.dropUnknown(given, SUBSET_FIELDS, SUBSET)
  const { mode, tools } = given
  if (mode !== 'auto' && mode !== 'required') report.refuse(`${SUBSET}.mode`, 'must be auto or required.')
  if (!Array.isArray(tools) || tools.length === 0) {
    report.refuse(`${SUBSET}.tools`, 'must be a list of functions.')
    return {}
  }
  const names = tools.map((tool: unknown, at) => nameOf(tool, `${SUBSET}.tools[${at}]`, report))
  report.changed(SUBSET, 'approximated', { from: tools, to: 'only these tools are sent' })
  return { choice: { type: mode === 'required' ? 'any' : 'auto' }, allowed: new Set(names) }
}

const nameOf = (tool: unknown, path: string, report: Report): unknown => {
  if (isObject(tool) && tool.type === 'function' && isObject(tool.function)) {
    report.dropUnknown(tool, NAMED_FIELDS, path)
    report.dropUnknown(tool.function, NAME, `${path}.function`)
    return tool.function.name
  }
  report.refuse(path, "must be {type: 'function', function: {name}}.")
  return undefined
}

const NAMED_FIELDS: ReadonlySet<string> = new Set(['type', 'function'])
const NAME: ReadonlySet<string> = new Set(['name'])
const ALLOWED_FIELDS: ReadonlySet<string> = new Set(['type', 'allowed_tools'])
const SUBSET_FIELDS: ReadonlySet<string> = new Set(['mode', 'tools'])
