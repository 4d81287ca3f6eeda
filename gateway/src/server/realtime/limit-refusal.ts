import { ApiError } from '../errors.ts'
import { durationText } from './limit-headers.ts'

/** Which limit stands in a call's way, and for how long. */
export interface LimitReached {
  readonly what: 'requests' | 'tokens'
  readonly limit: number
  readonly remaining: number
  readonly amount: number
  /** Infinite where no wait helps. */
  readonly waitMs: number
}

const NAMES = { requests: 'requests per min (RPM)', tokens: 'tokens per min (TPM)' } as const

/** In OpenAI's words, which programs and people know. */
export const limitRefusal = (reached: LimitReached): ApiError => {
  const { what, limit, remaining, amount, waitMs } = reached
  if (waitMs === Number.POSITIVE_INFINITY) return neverFits(reached)
  return new ApiError(
    'rate_limit_exceeded',
    `Rate limit reached for this key on ${NAMES[what]}: Limit ${limit}, Used ${limit - remaining}, Requested ${amount}. Please try again in ${durationText(waitMs)}.`,
    { type: what },
  )
}

const neverFits = ({ what, limit, amount }: LimitReached): ApiError =>
  new ApiError(
    'limit_too_small',
    `Request too large for this key on ${NAMES[what]}: Limit ${limit}, Requested ${amount}. No wait helps: the input must be shorter, or the limit higher.`,
    { type: what },
  )
