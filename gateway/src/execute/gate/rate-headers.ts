import type { ResponseHeaders } from '../../provider/call.ts'

/** What a provider's headers say of one of its rates. */
export interface RateHint {
  readonly limit?: number
  readonly remaining?: number
  readonly resetMs?: number
}

const NAMES = {
  requests: {
    limit: 'x-ratelimit-limit-requests',
    remaining: 'x-ratelimit-remaining-requests',
    reset: 'x-ratelimit-reset-requests',
  },
  tokens: {
    limit: 'x-ratelimit-limit-tokens',
    remaining: 'x-ratelimit-remaining-tokens',
    reset: 'x-ratelimit-reset-tokens',
  },
} as const

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the form that OpenAI and its likes share. */
export const readRateHint = (headers: ResponseHeaders, of: 'requests' | 'tokens'): RateHint | undefined => {
  const names = NAMES[of]
  const limit = readCount(headers.get(names.limit))
  const remaining = readCount(headers.get(names.remaining))
  if (limit === undefined && remaining === undefined) return undefined
  const resetMs = readDuration(headers.get(names.reset))
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  }
}

const readCount = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** `1s`, `6m0s`, `120ms`, `1h2m3.5s`, or bare seconds. Undefined where it is none of them. */
export const readDuration = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000
  if (!/^(\d+(\.\d+)?(ms|d|h|m|s))+$/.test(text)) return undefined
  let sum = 0
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)) {
    sum += Number(count) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return sum
}
