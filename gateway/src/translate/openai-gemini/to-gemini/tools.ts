import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { shown } from '../../report.ts'

export interface Tools {
  readonly tools: readonly JsonObject[] | undefined
  /** The arguments of at least one function are to keep to its schema. */
  readonly isStrict: boolean
}

export const toTools = (fields: Fields): Tools => {
  const functions = fields.objects('tools').flatMap(toFunction)
  const search = toSearch(fields)
  const tools = [
    ...(functions.length > 0 ? [{ functionDeclarations: functions.map((each) => each.declaration) }] : []),
    ...(search ? [search] : []),
  ]
  return {
    tools: tools.length > 0 ? tools : undefined,
    isStrict: functions.some((each) => each.isStrict),
  }
}

interface ToolFunction {
  readonly declaration: JsonObject
  readonly isStrict: boolean
}

const toFunction = (tool: Fields): ToolFunction[] => {
  const type = tool.string('type')
  const fields = type === 'function' ? tool.object('function') : undefined
  tool.dropRest()
  if (!fields) {
    tool.refuse('type', `must be function, with a member function; and is ${shown(type)}`)
    return []
  }
  const isStrict = fields.boolean('strict') === true
  const declaration = present({
    name: fields.requiredString('name'),
    description: fields.string('description'),
    parametersJsonSchema: fields.json('parameters'),
  })
  if (isStrict) fields.approximate('strict', 'calls are validated')
  fields.dropRest()
  return [{ declaration, isStrict }]
}

const toSearch = (fields: Fields): JsonObject | undefined => {
  const options = fields.object('web_search_options')
  if (!options) return undefined
  fields.report.changed('web_search_options', 'approximated', {
    from: {},
    to: 'googleSearch, whose sources are not told',
  })
  options.dropRest()
  return { googleSearch: {} }
}
