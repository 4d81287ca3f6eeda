import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'

export const toTools = (fields: Fields): readonly JsonObject[] | undefined => {
  const tools = fields.objects('tools')
  return tools.length === 0 ? undefined : tools.map(toTool)
}

const toTool = (tool: Fields): JsonObject => {
  const type = tool.take('type')
  if (type !== undefined && type !== 'custom') {
    tool.refuse('type', 'must be custom: the tools that run at Anthropic are not there for this model')
    return {}
  }
  const translated = present({
    name: tool.requiredString('name'),
    description: tool.take('description'),
    parameters: tool.take('input_schema'),
    strict: tool.take('strict'),
  })
  tool.approximate('cache_control', 'automatic caching')
  // False is what happens without it.
  for (const name of ['defer_loading', 'eager_input_streaming']) {
    if (tool.take(name) !== false) tool.drop(name)
  }
  tool.dropRest()
  return { type: 'function', function: translated }
}
