import type { ProviderError } from '../provider-error.ts'
import { type Body, isRecord } from '../record.ts'
import { invalidRequest } from './errors.ts'

/** Says what is wrong with the value of a field, or nothing. */
export type FieldCheck = (value: unknown, at: string) => ProviderError | undefined

export const wrong = (at: string, what: string): ProviderError => invalidRequest(`${at}: ${what}`)

export const required = (at: string): ProviderError => wrong(at, 'Field required')

export const within =
  (kind: 'integer' | 'number', min: number, max: number): FieldCheck =>
  (value, at) => {
    if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value)))
      return wrong(at, `Input should be a valid ${kind}`)
    if (value < min) return wrong(at, `Input should be greater than or equal to ${min}`)
    return value > max ? wrong(at, `Input should be less than or equal to ${max}`) : undefined
  }

export const text: FieldCheck = (value, at) =>
  typeof value === 'string' ? undefined : wrong(at, 'Input should be a valid string')

export const flag: FieldCheck = (value, at) =>
  typeof value === 'boolean' ? undefined : wrong(at, 'Input should be a valid boolean')

export const oneOf =
  (...allowed: readonly string[]): FieldCheck =>
  (value, at) =>
    typeof value === 'string' && allowed.includes(value)
      ? undefined
      : wrong(at, `Input should be ${allowed.map((each) => `'${each}'`).join(' or ')}`)

export const listOf =
  (check: FieldCheck): FieldCheck =>
  (value, at) => {
    if (!Array.isArray(value)) return wrong(at, 'Input should be a valid list')
    for (const [place, element] of value.entries()) {
      const error = check(element, `${at}.${place}`)
      if (error) return error
    }
    return undefined
  }

export const orNull =
  (check: FieldCheck): FieldCheck =>
  (value, at) =>
    value === null ? undefined : check(value, at)

export const anything: FieldCheck = () => undefined

/** An object with these fields and no others. */
export const objectOf =
  (fields: Readonly<Record<string, FieldCheck>>, ...needed: readonly string[]): FieldCheck =>
  (value, at) =>
    isRecord(value)
      ? fieldsError(value, fields, needed, `${at}.`)
      : wrong(at, 'Input should be a valid dictionary')

export const fieldsError = (
  body: Body,
  fields: Readonly<Record<string, FieldCheck>>,
  needed: readonly string[],
  prefix = '',
): ProviderError | undefined => {
  for (const field of needed) if (body[field] === undefined) return required(prefix + field)
  for (const [field, value] of Object.entries(body)) {
    const check = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (check === undefined) return wrong(prefix + field, 'Extra inputs are not permitted')
    const error = value === undefined ? undefined : check(value, prefix + field)
    if (error) return error
  }
  return undefined
}
