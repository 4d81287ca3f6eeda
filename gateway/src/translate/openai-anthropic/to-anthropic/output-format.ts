import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'

const INSTRUCTION = 'Answer with one JSON object and nothing else.'

interface OutputFormat {
  /** `output_config.format`. */
  readonly format?: JsonObject
  /** Said in the system prompt where the provider has no word for it. */
  readonly instruction?: string
}

export const toOutputFormat = (fields: Fields): OutputFormat => {
  const given = fields.object('response_format')
  if (!given) return {}
  const translated = byType(given)
  given.dropRest()
  return translated
}

const byType = (given: Fields): OutputFormat => {
  switch (given.take('type')) {
    case 'text':
      return {}
    case 'json_object':
      given.approximate('type', INSTRUCTION)
      return { instruction: INSTRUCTION }
    case 'json_schema':
      return { format: schemaFormat(given) }
    default:
      given.refuse('type', 'must be text, json_object or json_schema')
      return {}
  }
}

const schemaFormat = (given: Fields): JsonObject => {
  const described = given.object('json_schema')
  const schema = described?.json('schema')
  if (!described || !schema) {
    given.refuse('json_schema.schema', 'is required, and must be a JSON schema')
    return {}
  }
  const annotated = { ...annotationsOf(described, schema), ...schema }
  // The schema is always kept to.
  if (described.take('strict') === false) described.approximate('strict', 'true')
  described.dropRest()
  return { type: 'json_schema', schema: annotated }
}

/** A schema has words of its own for its name and for what it describes. */
const KEYWORDS = [
  ['name', 'title'],
  ['description', 'description'],
] as const

const annotationsOf = (described: Fields, schema: JsonObject): JsonObject => {
  const annotations: Record<string, unknown> = {}
  for (const [name, keyword] of KEYWORDS) {
    const value = described.take(name)
    const own = schema[keyword] ?? undefined
    if (value === undefined || value === own) continue
    if (own === undefined) {
      annotations[keyword] = value
      described.move(name, described.at(`schema.${keyword}`))
    } else {
      described.approximate(name, `the ${keyword} of the schema`)
    }
  }
  return annotations
}
