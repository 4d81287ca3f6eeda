import { isObject, type JsonObject } from '../../json.ts'
import { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'

/** No schema of a request is deeper; each level is a call of the function that reads it. */
const DEPTH_MAX = 64

/** A schema of Gemini's own kind, a part of OpenAPI's with types in capitals, as a JSON schema. */
export const toJsonSchema = (schema: Fields, depth = 0): JsonObject => {
  if (depth > DEPTH_MAX) schema.report.refuse(schema.path, `is nested deeper than ${DEPTH_MAX} levels`)
  const below = depth > DEPTH_MAX ? () => ({}) : (fields: Fields) => toJsonSchema(fields, depth + 1)
  const items = schema.object('items')
  const anyOf = schema.objects('anyOf').map(below)
  const translated = present({
    type: toType(schema),
    ...Object.fromEntries(SAME.map((name) => [name, schema.take(name)])),
    ...Object.fromEntries(COUNTS.map((name) => [name, toCount(schema.take(name))])),
    properties: toProperties(schema, below),
    items: items && below(items),
    anyOf: anyOf.length > 0 ? anyOf : undefined,
  })
  schema.dropRest()
  return translated
}

const toType = (schema: Fields): unknown => {
  const type = schema.string('type')?.toLowerCase()
  const isNullable = schema.boolean('nullable') === true
  return type !== undefined && isNullable ? [type, 'null'] : type
}

const SAME = 'title description format enum required default minimum maximum pattern'.split(' ')

/** Counts of 64 bits are written as strings. */
const COUNTS = 'minItems maxItems minLength maxLength minProperties maxProperties'.split(' ')

const toCount = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value

const toProperties = (schema: Fields, toSchema: (fields: Fields) => JsonObject): JsonObject | undefined => {
  const properties = schema.json('properties')
  if (!properties) return undefined
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const path = `${schema.at('properties')}.${name}`
      if (isObject(property)) return [name, toSchema(new Fields(property, path, schema.report))]
      schema.report.refuse(path, 'must be a schema')
      return [name, {}]
    }),
  )
}
