import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import { approximateCaching } from './caching.ts'

export interface Tools {
  readonly tools: readonly JsonObject[] | undefined
  /** The input of at least one tool is to keep to its schema. */
  readonly isStrict: boolean
}

export const toTools = (fields: Fields): Tools => {
  const declarations: JsonObject[] = []
  const tools: JsonObject[] = []
  let isStrict = false
  for (const tool of fields.objects('tools')) {
    const type = tool.string('type') ?? 'custom'
    approximateCaching(tool)
    if (type === 'custom') {
      if (tool.boolean('strict') === true) isStrict = true
      declarations.push(toDeclaration(tool))
    } else if (type.startsWith('web_search_')) tools.push(toSearch(tool))
    else tool.refuse('type', 'must be custom or a web search: this model has no other tools of its own')
    tool.dropRest()
  }
  if (declarations.length > 0) tools.unshift({ functionDeclarations: declarations })
  return { tools: tools.length > 0 ? tools : undefined, isStrict }
}

const toDeclaration = (tool: Fields): JsonObject => {
  if (tool.take('strict') === true) tool.approximate('strict', 'calls are validated')
  return present({
    name: tool.requiredString('name'),
    description: tool.string('description'),
    parametersJsonSchema: tool.json('input_schema'),
  })
}

const toSearch = (tool: Fields): JsonObject => {
  tool.ignore('name')
  tool.approximate('type', 'googleSearch, whose sources are not told')
  return { googleSearch: {} }
}
