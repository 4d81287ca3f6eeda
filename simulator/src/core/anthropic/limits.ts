import { type Call, exceededBy, placesAreTaken } from '../call.ts'
import type { ProviderError } from '../provider-error.ts'
import type { BucketLevel, Exceeded, Unit, Wanted } from '../rate-limit.ts'

export const tooMany = (call: Call): ProviderError | undefined => {
  const max = placesAreTaken(call)
  return max === undefined
    ? undefined
    : {
        status: 429,
        type: 'rate_limit_error',
        message: `Number of concurrent connections has exceeded your rate limit of ${max}. Please try again later.`,
        retryAfterSeconds: 1,
      }
}

/** Takes from the model's rates, or says why not. */
export const tooFast = (call: Call, wanted: Wanted): ProviderError | undefined => {
  const exceeded = exceededBy(call, wanted)
  return exceeded && rateLimitReached(call.model.name, exceeded)
}

export const addRateHeaders = (
  headers: Record<string, string>,
  levels: readonly BucketLevel[],
  now: number,
): void => {
  for (const { unit, capacity, left, fullInMs } of levels) {
    const prefix = `anthropic-ratelimit-${unit.replace('_', '-')}`
    headers[`${prefix}-limit`] = String(capacity)
    headers[`${prefix}-remaining`] = String(Math.max(0, Math.floor(left)))
    headers[`${prefix}-reset`] = wholeSecond(now + fullInMs)
  }
}

/** RFC 3339, to the second that has not come before it. */
const wholeSecond = (ms: number): string =>
  // biome-ignore lint/style/noRestrictedGlobals: writes a stamp of the simulator's clock, reads none
  new Date(Math.ceil(ms / 1_000) * 1_000).toISOString().replace('.000Z', 'Z')

const unitTexts: Readonly<Record<Unit, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  input_tokens: 'input tokens',
  output_tokens: 'output tokens',
}

const rateLimitReached = (model: string, { unit, capacity, waitMs }: Exceeded): ProviderError => ({
  status: 429,
  type: 'rate_limit_error',
  message: `This request would exceed your organization's rate limit of ${capacity} ${unitTexts[unit]} per minute (model: ${model}). Please reduce the prompt length or the maximum tokens requested, or try again later.`,
  ...(waitMs === undefined ? {} : { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) }),
})
