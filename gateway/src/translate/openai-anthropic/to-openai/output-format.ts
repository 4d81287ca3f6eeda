import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { jsonText } from '../../reading/json-text.ts'
import type { OpenaiTraits } from '../../traits/openai.ts'

interface OutputFormat {
  readonly format?: JsonObject
  /** Said in the system prompt where the model does not keep to schemas. */
  readonly instruction?: string
}

/** OpenAI's schemas have a name; the title of the schema serves where it can be one. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/
const NAME_DEFAULT = 'answer'

export const toOutputFormat = (
  output: Fields | undefined,
  { keepsToSchemas }: OpenaiTraits,
): OutputFormat => {
  const given = output?.object('format')
  if (!given) return {}
  if (given.take('type') !== 'json_schema') given.refuse('type', 'must be json_schema')
  const schema = given.json('schema')
  if (!schema) given.refuse('schema', 'is required, and must be a JSON schema')
  given.dropRest()
  if (keepsToSchemas) {
    return { format: { type: 'json_schema', json_schema: { name: nameOf(schema), schema, strict: true } } }
  }
  given.approximate('schema', 'an instruction')
  const instruction = `Answer with one JSON object that fits this JSON schema, and with nothing else:\n${jsonText(schema)}`
  return { format: { type: 'json_object' }, instruction }
}

const nameOf = (schema: JsonObject | undefined): string => {
  const title = schema?.title
  return typeof title === 'string' && NAME.test(title) ? title : NAME_DEFAULT
}
