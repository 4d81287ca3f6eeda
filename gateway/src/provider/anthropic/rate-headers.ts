import { readDate } from '../answers/date.ts'
import { rateHint, readCount } from '../answers/rate-hint.ts'
import type { ResponseHeaders } from '../call.ts'
import type { RateHint, RateReader, RateUnit } from '../rates.ts'

/** `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}`. */
export const anthropicRates: RateReader = {
  units: ['requests', 'inputTokens', 'outputTokens', 'tokens'],
  read: (headers, unit) => (unit === 'tokens' ? readTightest(headers) : readNamed(headers, NAMES[unit])),
}

interface Names {
  readonly limit: string
  readonly remaining: string
  readonly reset: string
}

const namesOf = (what: string): Names => ({
  limit: `anthropic-ratelimit-${what}-limit`,
  remaining: `anthropic-ratelimit-${what}-remaining`,
  reset: `anthropic-ratelimit-${what}-reset`,
})

const NAMES: Readonly<Record<RateUnit, Names>> = {
  requests: namesOf('requests'),
  inputTokens: namesOf('input-tokens'),
  outputTokens: namesOf('output-tokens'),
  tokens: namesOf('tokens'),
}

/**
 * Of tokens as a whole the tightest limit is told, which may be that of one side: as a limit of all of them it would
 * hold back calls for what they do not take. Where the sides are told, it counts only when nothing is left of it.
 */
const readTightest = (headers: ResponseHeaders): RateHint | undefined => {
  const hint = readNamed(headers, NAMES.tokens)
  if (hint === undefined || headers.get(NAMES.inputTokens.limit) === undefined) return hint
  if (hint.remaining !== 0) return undefined
  const { limit: _, ...exhausted } = hint
  return exhausted
}

const readNamed = (headers: ResponseHeaders, names: Names): RateHint | undefined =>
  rateHint(readCount(headers.get(names.limit)), readCount(headers.get(names.remaining)), () =>
    resetMs(headers, names.reset),
  )

/** A time, measured against the answer's own, so that a clock that is wrong on either side changes nothing. */
const resetMs = (headers: ResponseHeaders, name: string): number | undefined => {
  const until = readDate(headers.get(name))
  const sentAt = readDate(headers.get('date'))
  return until === undefined || sentAt === undefined ? undefined : Math.max(0, until - sentAt)
}
