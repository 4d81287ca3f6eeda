import { ApiError } from '../errors.ts'

export interface PageQuery {
  readonly limit?: unknown
  readonly after?: unknown
  readonly order?: unknown
  readonly purpose?: unknown
}

export const readLimit = (limit: unknown, { max, standard }: { max: number; standard: number }): number => {
  if (limit === undefined) return standard
  const count = typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? Number(limit) : Number.NaN
  if (count >= 1 && count <= max) return count
  throw new ApiError('invalid_value', `'limit' must be a whole number from 1 to ${max}.`, { field: 'limit' })
}

export const readOrder = (order: unknown): 'asc' | 'desc' => {
  if (order === undefined) return 'desc'
  if (order === 'asc' || order === 'desc') return order
  throw new ApiError('invalid_value', `'order' must be "asc" or "desc".`, { field: 'order' })
}

export const readText = (value: unknown, field: string): string | undefined => {
  if (value === undefined) return undefined
  if (typeof value === 'string' && /^[\x21-\x7e]{1,100}$/.test(value)) return value
  throw new ApiError(
    'invalid_value',
    `'${field}' must be given once, as 1 to 100 visible ASCII characters.`,
    {
      field,
    },
  )
}
