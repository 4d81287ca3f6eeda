import { rateHint, readCount } from '../answers/rate-hint.ts'
import type { ResponseHeaders } from '../call.ts'
import type { RateReader, RateUnit } from '../rates.ts'

/** `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the form that OpenAI and its likes share. */
export const openaiRates: RateReader = {
  units: ['requests', 'tokens'],
  read(headers: ResponseHeaders, unit: RateUnit) {
    const names = NAMES[unit]
    return (
      names &&
      rateHint(readCount(headers.get(names.limit)), readCount(headers.get(names.remaining)), () =>
        readDuration(headers.get(names.reset)),
      )
    )
  },
}

interface Names {
  readonly limit: string
  readonly remaining: string
  readonly reset: string
}

const NAMES: Readonly<Partial<Record<RateUnit, Names>>> = {
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
}

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
