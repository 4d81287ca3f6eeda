import { anthropicTypeOf } from '../../../batch/anthropic-error-type.ts'
import { isObject, shown } from '../../../intake/faults.ts'
import { readCallerHeaders } from '../../anthropic/caller-headers.ts'
import { requireVersion } from '../../anthropic/version.ts'
import { requireTakenBy } from '../../anthropic/version-rules.ts'
import { anthropicEnvelope } from '../../error-bodies.ts'
import { ApiError } from '../../errors.ts'
import type { CallDialect } from './call-dialect.ts'

export const anthropicCalls: CallDialect = {
  name: 'anthropic',

  passedHeaders(headers) {
    requireVersion(headers)
    return readCallerHeaders(headers)
  },

  /** `service_tier` is Anthropic's own and means another thing there: our tier comes by its header alone. */
  readWishes({ value, headerTier, passedHeaders }) {
    requireTakenBy(passedHeaders?.['anthropic-version'], value)
    // A stream tells its usage by itself.
    const outputTokens = maxTokensOf(value)
    return { tier: headerTier, hidesUsage: false, outputTokens, edits: [], asked: value }
  },

  showLimit: ({ what, limit, remaining, resetMs }, now) => ({
    [`anthropic-ratelimit-${what}-limit`]: String(limit),
    [`anthropic-ratelimit-${what}-remaining`]: String(remaining),
    // Rounded up: who waits until then has waited long enough.
    [`anthropic-ratelimit-${what}-reset`]: iso(Math.ceil((now + resetMs) / 1_000) * 1_000),
  }),

  flexAnswer: (body) => body,

  isError: (json) => 'type' in json && json.type === 'error' && 'error' in json && isObject(json.error),

  errorAround: ({ status, message, requestId }) =>
    anthropicEnvelope({
      type: anthropicTypeOf(status),
      message,
      details: { error_code: 'provider_failed' },
      requestId,
    }),

  errorEvent: (json) => `event: error\ndata: ${json}\n\n`,
}

/** Without fractions, as Anthropic writes it. */
const iso = (ms: number): string =>
  // biome-ignore lint/style/noRestrictedGlobals: writes a moment that was given, reads no clock
  new Date(ms).toISOString().replace('.000Z', 'Z')

const MAX_TOKENS_MAX = 1_000_000_000

const maxTokensOf = ({ max_tokens: tokens }: Readonly<Record<string, unknown>>): number => {
  if (tokens === undefined) {
    const message = "Missing required parameter: 'max_tokens' (the most tokens that the answer may have)."
    throw new ApiError('missing_field', message, { field: 'max_tokens' })
  }
  const isCount = typeof tokens === 'number' && Number.isInteger(tokens)
  if (isCount && tokens >= 0 && tokens <= MAX_TOKENS_MAX) return tokens
  const message = `'max_tokens' must be a whole number from 0 to ${MAX_TOKENS_MAX}, got ${shown(tokens)}.`
  throw new ApiError('invalid_value', message, { field: 'max_tokens' })
}
