import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, extname } from 'node:path'
import type { ValidateFunction } from 'ajv'
import type { ColumnType } from '../results/columns.ts'
import { isStrictReady } from './strict.ts'

/** The JSON schema that answers are asked to keep to, and are checked against. */
export interface AnswerSchema {
  /** What is sent: `{"type":"json_schema","json_schema":{"name","schema","strict"}}`. */
  readonly responseFormat: Readonly<Record<string, unknown>>
  /** What a table of answers has: the properties of an object. */
  readonly columns: ReadonlyMap<string, ColumnType>
  check(answer: string): AnswerCheck
}

export type AnswerCheck =
  | { readonly kind: 'valid'; readonly json: unknown }
  | { readonly kind: 'invalid'; readonly message: string }

type Schema = Readonly<Record<string, unknown>>

/**
 * A file with a JSON schema, or with what OpenAI calls `json_schema`: `{"name","schema","strict"}`. A bare
 * schema is asked for strictly where it is one that providers take so, since they refuse any other.
 */
export const readSchema = (path: string): AnswerSchema => {
  const content = readObject(path)
  const named = isObject(content.schema) && typeof content.name === 'string'
  const schema = named && isObject(content.schema) ? content.schema : content
  const json_schema = named ? content : { name: nameOf(schema, path), schema, strict: isStrictReady(schema) }
  return {
    responseFormat: { type: 'json_schema', json_schema },
    columns: columnsOf(schema),
    check: checkWith(compile(schema, path)),
  }
}

const columnTypes: Readonly<Record<string, ColumnType>> = {
  integer: 'whole',
  number: 'number',
  boolean: 'boolean',
}

const columnsOf = ({ properties }: Schema): Map<string, ColumnType> =>
  new Map(
    Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => {
      const type = isObject(property) && typeof property.type === 'string' ? property.type : ''
      return [name, columnTypes[type] ?? 'text']
    }),
  )

const readObject = (path: string): Schema => {
  const text = readFileSync(path, 'utf8')
  try {
    const content: unknown = JSON.parse(text)
    if (isObject(content)) return content
  } catch (error) {
    throw new Error(`${path} is not JSON: ${error instanceof Error ? error.message : error}`)
  }
  throw new Error(`${path} is JSON, but no object; --schema takes a JSON schema.`)
}

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Providers take letters, digits, - and _, 64 at the most. */
const nameOf = (schema: Schema, path: string): string => {
  const title = typeof schema.title === 'string' ? schema.title : basename(path, extname(path))
  return title.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 64) || 'answer'
}

/** Loaded when a schema is given, and by `require`, since it is a CommonJS package with two faces. */
const load = createRequire(import.meta.url)

type AjvModule = typeof import('ajv') | typeof import('ajv/dist/2020.js')

const compile = (schema: Schema, path: string): ValidateFunction => {
  const isDraft7 = typeof schema.$schema === 'string' && schema.$schema.includes('draft-07')
  const { default: Validator }: AjvModule = load(isDraft7 ? 'ajv' : 'ajv/dist/2020.js')
  try {
    return new Validator({ allErrors: true, strict: false, logger: false, validateFormats: false }).compile(
      schema,
    )
  } catch (error) {
    throw new Error(`${path} is no JSON schema: ${error instanceof Error ? error.message : error}`)
  }
}

const errorsShown = 3

const checkWith =
  (validate: ValidateFunction) =>
  (answer: string): AnswerCheck => {
    const json = parse(answer)
    if (json === undefined) return { kind: 'invalid', message: 'The answer is not JSON.' }
    if (validate(json)) return { kind: 'valid', json }
    const errors = (validate.errors ?? []).map(
      ({ instancePath, message }) => `${instancePath || 'it'} ${message}`,
    )
    const more = errors.length > errorsShown ? `, and ${errors.length - errorsShown} more` : ''
    return {
      kind: 'invalid',
      message: `The answer does not keep to the schema: ${errors.slice(0, errorsShown).join(', ')}${more}.`,
    }
  }

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
