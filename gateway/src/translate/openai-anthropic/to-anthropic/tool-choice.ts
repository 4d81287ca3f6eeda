import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'

interface ToolChoice {
  readonly choice?: JsonObject | undefined
  /** Names of the functions that may be called, where not all may. */
  readonly allowed?: ReadonlySet<string> | undefined
}

const NAME = 'tool_choice'

/** `parallel_tool_calls` lies beside it in OpenAI's format, and within it in Anthropic's. */
export const toToolChoice = (fields: Fields, { hasTools }: { readonly hasTools: boolean }): ToolChoice => {
  const { choice, allowed } = chosen(fields)
  const isOneAtATime = fields.boolean('parallel_tool_calls') === false
  if (!isOneAtATime || choice?.type === 'none' || (!choice && !hasTools)) return { choice, allowed }
  return { choice: { ...(choice ?? { type: 'auto' }), disable_parallel_tool_use: true }, allowed }
}

const chosen = (fields: Fields): ToolChoice => {
  const given = fields.take(NAME)
  if (given === undefined) return {}
  if (given === 'auto' || given === 'none') return { choice: { type: given } }
  if (given === 'required') return { choice: { type: 'any' } }
  const choice = typeof given === 'string' ? undefined : fields.object(NAME)
  const type = choice?.take('type')
  if (choice && type === 'function') return { choice: { type: 'tool', name: functionName(choice) } }
  if (choice && type === 'allowed_tools') return subset(choice)
  fields.refuse(NAME, 'must be none, auto, required, a function, or allowed_tools')
  return {}
}

const subset = (choice: Fields): ToolChoice => {
  const given = choice.object('allowed_tools')
  const mode = given?.take('mode')
  if (!given || (mode !== 'auto' && mode !== 'required')) {
    choice.refuse('allowed_tools.mode', 'must be auto or required')
    return {}
  }
  const names = given.objects('tools').map((tool) => {
    if (tool.take('type') !== 'function') tool.refuse('type', 'must be function')
    return functionName(tool)
  })
  if (names.length === 0) given.refuse('tools', 'must name at least one function')
  choice.approximate('allowed_tools', 'only these tools are sent')
  given.dropRest()
  choice.dropRest()
  return { choice: { type: mode === 'required' ? 'any' : 'auto' }, allowed: new Set(names) }
}

const functionName = (named: Fields): string => {
  const described = named.object('function')
  if (!described) named.refuse('function', 'is required')
  const name = described?.requiredString('name') ?? ''
  described?.dropRest()
  named.dropRest()
  return name
}
