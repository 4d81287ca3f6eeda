import { z } from 'zod'
import { fileSchema } from './schema.ts'

export type JsonSchema = z.core.JSONSchema.BaseSchema

/** The schema of a configuration file for editors; made from what checks it, so they never disagree. */
export const configJsonSchema = (): JsonSchema => ({
  title: 'sheepfold.yaml',
  ...jsonSchemaOf(fileSchema, (schema) => {
    delete schema.shownDefault
  }),
})

/** With what the manual says beside it: `shownDefault`, of defaults that depend on something. */
export const jsonSchemaOf = (
  schema: z.ZodType,
  change: (schema: JsonSchema) => void = () => undefined,
): JsonSchema =>
  z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override({ jsonSchema }) {
      tidy(jsonSchema)
      change(jsonSchema)
    },
  })

const tidy = (schema: JsonSchema): void => {
  // What every whole number of JavaScript is within is no limit of ours.
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  // An empty section is filled in; editors would write it out.
  if (typeof schema.default === 'object') delete schema.default
}
