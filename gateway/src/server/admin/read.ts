import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { clipped, shown } from '../../intake/faults.ts'
import { ApiError } from '../errors.ts'
import { readJsonObject } from '../json-body.ts'

type Fields = Readonly<Record<string, unknown>>

/** The body, as its schema lets it through. */
export const readBody = async <Schema extends z.ZodObject>(
  request: FastifyRequest,
  schema: Schema,
): Promise<z.output<Schema>> => checked(schema, await readJsonObject(request), 'field')

/** The query, as its schema lets it through. */
export const readQuery = <Schema extends z.ZodObject>(
  { query }: FastifyRequest,
  schema: Schema,
): z.output<Schema> =>
  checked(schema, typeof query === 'object' && query !== null ? { ...query } : {}, 'parameter')

const checked = <Schema extends z.ZodObject>(
  schema: Schema,
  given: Fields,
  what: 'field' | 'parameter',
): z.output<Schema> => {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const names = Object.keys(schema.shape)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
    const message = `"${clipped(unknown)}" is not a ${what} here; ${there}`
    throw new ApiError('unknown_field', message, { field: clipped(unknown) })
  }
  const [issue] = result.error.issues
  throw refusalOf(schema, given, issue)
}

const refusalOf = (schema: z.ZodObject, given: Fields, issue: z.core.$ZodIssue | undefined): ApiError => {
  const [name = '', ...inner] = (issue?.path ?? []).map(String)
  const field = inner.reduce((path, step) => `${path}[${step}]`, name)
  const allowed = allowedBy(schema.shape[name])
  if (given[name] === undefined) {
    return new ApiError('missing_field', `"${field}" is missing; it must be ${allowed}`, { field })
  }
  const message = `"${field}" must be ${allowed}; it is ${shown(valueAt(given[name], inner))}`
  return new ApiError(issue?.code === 'invalid_type' ? 'invalid_type' : 'invalid_value', message, { field })
}

/** A field's description says what it takes. */
const allowedBy = (field: z.core.$ZodType | undefined): string => {
  const described = field && z.globalRegistry.get(field)?.description
  if (described !== undefined) return described
  if (field instanceof z.ZodOptional) return allowedBy(field.unwrap())
  throw new Error('a field of operators has no description')
}

const valueAt = (value: unknown, [step]: readonly string[]): unknown =>
  step !== undefined && Array.isArray(value) ? value[Number(step)] : value
