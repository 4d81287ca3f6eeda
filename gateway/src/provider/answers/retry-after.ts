import type { ResponseHeaders } from '../call.ts'
import { readDate } from './date.ts'

/**
 * How long the provider asks us to wait: `retry-after-ms`, else `retry-after` as seconds or as an HTTP
 * date. A date is measured against the answer's own `date`, so that a clock that is wrong on either side
 * changes nothing.
 */
export const retryAfterMs = (headers: ResponseHeaders): number | undefined => {
  const exact = readNumber(headers.get('retry-after-ms'))
  if (exact !== undefined) return exact
  const text = headers.get('retry-after')
  const seconds = readNumber(text)
  if (seconds !== undefined) return seconds * 1_000
  const until = readDate(text)
  const sentAt = readDate(headers.get('date'))
  return until === undefined || sentAt === undefined ? undefined : Math.max(0, until - sentAt)
}

const readNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}(\.\d{1,6})?$/.test(text.trim()) ? Number(text) : undefined
