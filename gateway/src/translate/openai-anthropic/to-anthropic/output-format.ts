import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'

const INSTRUCTION = 'Answer with one JSON object and nothing else.'

interface OutputFormat {
  /** `output_config.format`. */
  readonly format?: JsonObject
  /** Said in the system prompt where the provider has no word for it. */
  readonly instruction?: string
}

export const outputFormatToAnthropic = (format: unknown, report: Report): OutputFormat => {
  if (!isGiven(format)) return {}
  if (!isObject(format)) {
    report.refuse('response_format', 'must be an object.')
    return {}
  }
  report.dropUnknown(format, FORMAT_FIELDS, 'response_format')
  if (format.type === 'text') return {}
  if (format.type === 'json_object') {
    report.changed('response_format', 'approximated', { from: 'json_object', to: INSTRUCTION })
    return { instruction: INSTRUCTION }
  }
  if (format.type === 'json_schema') return { format: schemaFormat(format.json_schema, report) }
  report.refuse('response_format.type', 'must be text, json_object or json_schema.')
  return {}
}

const PATH = 'response_format.json_schema'

const schemaFormat = (given: unknown, report: Report): JsonObject => {
  if (!isObject(given) || !isObject(given.schema)) {
    report.refuse(`${PATH}.schema`, 'must be a JSON schema.')
    return {}
  }
  report.dropUnknown(given, SCHEMA_FIELDS, PATH)
  // The schema is always kept to.
  if (given.strict === false) report.changed(`${PATH}.strict`, 'approximated', { from: false, to: true })
  return { type: 'json_schema', schema: annotated(given, given.schema, report) }
}

/** A schema has words of its own for its name and what it is for. */
const annotated = (given: JsonObject, schema: JsonObject, report: Report): JsonObject => {
  const annotations: Record<string, unknown> = {}
  for (const [field, keyword] of ANNOTATIONS) {
    const value = given[field]
    if (!isGiven(value) || value === schema[keyword]) continue
    if (isGiven(schema[keyword])) {
      report.changed(`${PATH}.${field}`, 'approximated', { from: value, to: schema[keyword] })
    } else {
      report.moved(`${PATH}.${field}`, `${PATH}.schema.${keyword}`)
      annotations[keyword] = value
    }
  }
  return { ...annotations, ...schema }
}

const ANNOTATIONS = [
  ['name', 'title'],
  ['description', 'description'],
] as const

const FORMAT_FIELDS: ReadonlySet<string> = new Set(['type', 'json_schema'])
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'schema', 'strict'])
