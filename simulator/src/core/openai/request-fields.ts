import type { ProviderError } from '../provider-error.ts'
import type { Body } from '../record.ts'
import { invalidRequest } from './errors.ts'

const typeName = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal'
  if (typeof value === 'object') return 'an object'
  return `a ${typeof value}`
}

export const wrongType = (param: string, expected: string, value: unknown): ProviderError =>
  invalidRequest(
    `Invalid type for '${param}': expected ${expected}, but got ${typeName(value)} instead.`,
    param,
    'invalid_type',
  )

export const missing = (param: string): ProviderError =>
  invalidRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter')

export const emptyArray = (param: string): ProviderError =>
  invalidRequest(
    `Invalid '${param}': empty array. Expected an array with minimum length 1, but got an empty array instead.`,
    param,
    'empty_array',
  )

/** Says what is wrong with the value of a field, or nothing. */
export type FieldCheck = (value: unknown, param: string) => ProviderError | undefined

const anything: FieldCheck = () => undefined

export const within =
  (kind: 'integer' | 'decimal', min: number, max: number): FieldCheck =>
  (value, param) => {
    if (value === null) return undefined
    if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value)))
      return wrongType(param, kind === 'integer' ? 'an integer' : 'a decimal', value)
    if (value >= min && value <= max) return undefined
    const side = value < min ? 'below minimum' : 'above maximum'
    const bound = value < min ? `>= ${min}` : `<= ${max}`
    return invalidRequest(
      `Invalid '${param}': ${kind} ${side} value. Expected a value ${bound}, but got ${value} instead.`,
      param,
      `${kind}_${side.replace(' ', '_')}_value`,
    )
  }

export const oneOf =
  (...allowed: readonly string[]): FieldCheck =>
  (value, param) =>
    value === null || (typeof value === 'string' && allowed.includes(value))
      ? undefined
      : invalidRequest(
          `Invalid value: '${String(value)}'. Supported values are: ${allowed.map((each) => `'${each}'`).join(' and ')}.`,
          param,
          'invalid_value',
        )

export const flag: FieldCheck = (value, param) =>
  value === null || typeof value === 'boolean' ? undefined : wrongType(param, 'a boolean', value)

/** Of what the provider can do and this double cannot: it answers at once, and keeps nothing. */
export const never =
  (what: string): FieldCheck =>
  (value, param) =>
    value === true
      ? invalidRequest(
          `Unsupported value: '${param}' does not support true with this simulator, which answers ${what} only. Send false, or leave it out.`,
          param,
          'unsupported_value',
        )
      : undefined

const unknownField = (field: string): ProviderError =>
  invalidRequest(`Unrecognized request argument supplied: ${field}`, field, 'unknown_parameter')

/**
 * The check of a whole body: its fields must be among these, and pass their own check where they have one.
 * `stranger` says what is wrong with a field that is not among them.
 */
export const fieldsOf = (
  unchecked: string,
  checked: Readonly<Record<string, FieldCheck>>,
  stranger: (field: string) => ProviderError = unknownField,
): ((body: Body) => ProviderError | undefined) => {
  const fields = new Map<string, FieldCheck>([
    ...unchecked.split(' ').map((field): [string, FieldCheck] => [field, anything]),
    ...Object.entries(checked),
  ])
  return (body) => {
    for (const field in body) {
      const check = fields.get(field)
      if (check === undefined) return stranger(field)
      const error = check === anything ? undefined : check(body[field], field)
      if (error) return error
    }
    return undefined
  }
}

export const numberOr = <Otherwise>(value: unknown, otherwise: Otherwise): number | Otherwise =>
  typeof value === 'number' ? value : otherwise

/** Tools and schemas as text: they cost prompt tokens too. */
export const attachment = (...parts: readonly unknown[]): string => {
  let text = ''
  for (const part of parts) if (part !== undefined && part !== null) text += JSON.stringify(part)
  return text
}
