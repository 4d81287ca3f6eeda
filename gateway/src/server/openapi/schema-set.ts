import { z } from 'zod'

export type JsonSchema = z.core.JSONSchema.BaseSchema

export interface SchemaSet {
  readonly parts: ReadonlyMap<z.ZodType, JsonSchema>
  /** Those that have a name, and are referred to by it. */
  readonly components: Readonly<Record<string, JsonSchema>>
}

/** Many schemas as JSON schemas in one go, so that what they share is said once. */
export const schemaSet = (schemas: Iterable<z.ZodType>): SchemaSet => {
  const each = [...new Set(schemas)]
  const whole = z.toJSONSchema(
    z.object(Object.fromEntries(each.map((schema, at) => [`part${at}`, schema]))),
    {
      io: 'input',
      target: 'draft-2020-12',
      override: ({ jsonSchema }) => tidy(jsonSchema),
    },
  )
  const { properties = {}, $defs = {} } = referringToComponents(whole)
  return {
    parts: new Map(each.map((schema, at) => [schema, objectOf(properties[`part${at}`])])),
    components: Object.fromEntries(Object.entries($defs).map(([name, schema]) => [name, objectOf(schema)])),
  }
}

const objectOf = (schema: unknown): JsonSchema => {
  if (typeof schema !== 'object' || schema === null) throw new Error('a part of the document has no schema')
  return { ...schema }
}

const referringToComponents = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'))

const tidy = (schema: JsonSchema): void => {
  // What every whole number of JavaScript is within is no limit of ours.
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  // The format says it; the pattern is a line of its own.
  if (schema.format === 'date-time' || schema.format === 'date') delete schema.pattern
  // In a query everything is a text: what it stands for is shown.
  const { shownAs } = schema
  if (typeof shownAs === 'object' && shownAs !== null) {
    delete schema.shownAs
    delete schema.pattern
    Object.assign(schema, shownAs)
  }
  // Named as a component, where its place is its name.
  delete schema.id
}
