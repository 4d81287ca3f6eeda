import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'

const JSON_TYPE = 'application/json'

/** `response_format` as members of the `generationConfig`. */
export const toOutputFormat = (fields: Fields): JsonObject => {
  const format = fields.object('response_format')
  if (!format) return {}
  const type = format.string('type')
  const translated = byType(format, type)
  format.dropRest()
  return translated
}

const byType = (format: Fields, type: string | undefined): JsonObject => {
  if (type === 'text') return {}
  if (type === 'json_object') return { responseMimeType: JSON_TYPE }
  if (type === 'json_schema') return { responseMimeType: JSON_TYPE, responseJsonSchema: toSchema(format) }
  format.refuse('type', `must be text, json_object or json_schema, and is ${shown(type)}`)
  return {}
}

const toSchema = (format: Fields): JsonObject | undefined => {
  const fields = format.object('json_schema')
  if (!fields) {
    format.refuse('json_schema', 'is required')
    return undefined
  }
  const schema = fields.json('schema') ?? {}
  const titled = withNote(fields, 'name', schema, 'title')
  const described = withNote(fields, 'description', titled, 'description')
  // Gemini keeps to a schema always.
  if (fields.boolean('strict') === false) fields.approximate('strict', 'the answer keeps to the schema')
  fields.dropRest()
  return described
}

/** The schema has room for what OpenAI says beside it. */
const withNote = (fields: Fields, name: string, schema: JsonObject, note: string): JsonObject => {
  const text = fields.string(name)
  if (text === undefined || schema[note] === text) return schema
  // Beside a reference nothing else may stand.
  if (Object.hasOwn(schema, note) || Object.hasOwn(schema, '$ref')) {
    fields.approximate(name, shown(schema[note] ?? schema.$ref))
    return schema
  }
  fields.move(name, `the schema's ${note}`)
  return { ...schema, [note]: text }
}
