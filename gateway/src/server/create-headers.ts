import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from './errors.ts'

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/

/** What the headers of a create say about whether it was sent before. */
export interface CreateHeaders {
  readonly idempotencyKey: string | null
  readonly again: boolean
}

export const readCreateHeaders = (headers: IncomingHttpHeaders): CreateHeaders => ({
  idempotencyKey: idempotencyKeyOf(headers['idempotency-key']),
  again: retryCountOf(headers['x-stainless-retry-count']) > 0,
})

const idempotencyKeyOf = (value: string | string[] | undefined): string | null => {
  if (value === undefined) return null
  if (typeof value === 'string' && IDEMPOTENCY_KEY.test(value)) return value
  const message = '"Idempotency-Key" must be 1 to 255 visible ASCII characters, given once'
  throw new ApiError('invalid_header', message, { field: 'Idempotency-Key' })
}

/** Only the official client libraries send it; what is no number of theirs is not a retry. */
const retryCountOf = (value: string | string[] | undefined): number =>
  typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : 0
