import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { toToolChoice } from './tool-choice.ts'

/** What a function without parameters takes. */
const NO_PARAMETERS: JsonObject = { type: 'object', properties: {} }

interface Tools {
  readonly tools: readonly JsonObject[] | undefined
  readonly choice: JsonObject | undefined
}

/** The tools, and which of them may or must be called. */
export const toTools = (fields: Fields): Tools => {
  const tools = fields.objects('tools').map(toTool)
  const { choice, allowed } = toToolChoice(fields, { hasTools: tools.length > 0 })
  return {
    tools: tools.length > 0 ? allowedOf(tools, allowed, fields) : undefined,
    choice,
  }
}

const toTool = (tool: Fields): JsonObject => {
  const described = tool.take('type') === 'function' ? tool.object('function') : undefined
  if (!described) {
    tool.report.refuse(tool.path, "must be {type: 'function', function: {…}}: this model has no other tools")
    return {}
  }
  const strict = described.take('strict')
  const translated = present({
    name: described.requiredString('name'),
    description: described.take('description'),
    input_schema: described.take('parameters') ?? NO_PARAMETERS,
    // False is what happens without it.
    strict: strict === false ? undefined : strict,
  })
  described.dropRest()
  tool.dropRest()
  return translated
}

/** What may not be called is not shown: there is no other word for a subset. */
const allowedOf = (
  tools: readonly JsonObject[],
  allowed: ReadonlySet<string> | undefined,
  fields: Fields,
): readonly JsonObject[] => {
  if (!allowed) return tools
  const kept = tools.filter(({ name }) => typeof name === 'string' && allowed.has(name))
  if (new Set(kept.map(({ name }) => name)).size < allowed.size) {
    fields.refuse('tool_choice.allowed_tools.tools', 'must name functions that are among the tools')
  }
  return kept
}
