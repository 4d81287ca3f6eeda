import { isRecord } from './record.ts'

const depthMax = 32

/**
 * A value that fits the schema as far as its types tell, with the text wherever one is asked for. Types may be
 * written large, as OpenAPI's are in some places.
 */
export const valueFor = (schema: unknown, text: string, depth = 0): unknown => {
  if (!isRecord(schema) || depth > depthMax) return text
  if (Array.isArray(schema.enum)) return schema.enum[0]
  if (schema.const !== undefined) return schema.const
  const [first]: unknown[] = Array.isArray(schema.anyOf) ? schema.anyOf : []
  if (first !== undefined) return valueFor(first, text, depth + 1)
  switch (typeOf(schema)) {
    case 'integer':
    case 'number':
      return text.length
    case 'boolean':
      return true
    case 'array':
      return [valueFor(schema.items, text, depth + 1)]
    case 'object':
      return objectFor(schema.properties, text, depth + 1)
    case 'null':
      return null
    default:
      return text
  }
}

const objectFor = (properties: unknown, text: string, depth: number): unknown =>
  isRecord(properties)
    ? Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, valueFor(of, text, depth)]))
    : {}

const typeOf = ({ type, properties }: Record<string, unknown>): string | undefined => {
  const [first]: unknown[] = Array.isArray(type) ? type : [type]
  if (typeof first === 'string') return first.toLowerCase()
  return properties === undefined ? undefined : 'object'
}
