import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import { toolChoiceToAnthropic } from './tool-choice.ts'

/** What a function without parameters takes. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} }

/** The tools, and which of them may or must be called. */
export const toolsToAnthropic = (request: JsonObject, report: Report): JsonObject => {
  const tools = toolList(request.tools, report)
  const choice = toolChoiceToAnthropic(request, tools !== undefined, report)
  return { tools: tools && allowedOf(tools, choice.allowed, report), tool_choice: choice.choice }
}

const toolList = (tools: unknown, report: Report): readonly JsonObject[] | undefined => {
  if (!isGiven(tools)) return undefined
  if (!Array.isArray(tools)) {
    report.refuse('tools', 'must be a list of functions.')
    return undefined
  }
  if (tools.length === 0) return undefined
  return tools.map((tool: unknown, at) => toolToAnthropic(tool, `tools[${at}]`, report))
}

const toolToAnthropic = (tool: unknown, path: string, report: Report): JsonObject => {
  if (!isObject(tool) || tool.type !== 'function' || !isObject(tool.function)) {
    report.refuse(path, "must be {type: 'function', function: {…}}: this model has no other tools.")
    return {}
  }
  const { name, description, parameters, strict } = tool.function
  report.dropUnknown(tool, TOOL_FIELDS, path)
  report.dropUnknown(tool.function, FUNCTION_FIELDS, `${path}.function`)
  return {
    name,
    description: isGiven(description) ? description : undefined,
    input_schema: isGiven(parameters) ? parameters : NO_PARAMETERS,
    // False is what happens without it.
    strict: isGiven(strict) && strict !== false ? strict : undefined,
  }
}

const TOOL_FIELDS: ReadonlySet<string> = new Set(['type', 'function'])
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict'])

/** Whoever may not be called is not shown: there is no other word for a subset. */
const allowedOf = (
  tools: readonly JsonObject[],
  allowed: ReadonlySet<unknown> | undefined,
  report: Report,
): readonly JsonObject[] => {
  if (!allowed) return tools
  const kept = tools.filter((tool) => allowed.has(tool.name))
  if (kept.length < allowed.size) {
    report.refuse('tool_choice.allowed_tools.tools', 'must name functions that are among the tools.')
  }
  return kept
}
