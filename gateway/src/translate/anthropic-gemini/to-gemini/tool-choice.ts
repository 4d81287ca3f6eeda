import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'

/** Calls are held to the schemas of their tools where `VALIDATED` or `ANY`, and not where `AUTO`. */
export const toToolConfig = (
  fields: Fields,
  { isStrict }: { readonly isStrict: boolean },
): JsonObject | undefined => {
  const choice = fields.object('tool_choice')
  const config = choice ? toConfig(choice, isStrict) : isStrict ? { mode: 'VALIDATED' } : undefined
  if (choice?.take('disable_parallel_tool_use') !== false) choice?.drop('disable_parallel_tool_use')
  choice?.dropRest()
  return config && { functionCallingConfig: config }
}

const toConfig = (choice: Fields, isStrict: boolean): JsonObject | undefined => {
  const type = choice.string('type')
  if (type === 'auto') return { mode: isStrict ? 'VALIDATED' : 'AUTO' }
  if (type === 'any') return { mode: 'ANY' }
  if (type === 'none') return { mode: 'NONE' }
  if (type === 'tool') return { mode: 'ANY', allowedFunctionNames: [choice.requiredString('name')] }
  choice.refuse('type', `must be auto, any, none or tool, and is ${shown(type)}`)
  return undefined
}
