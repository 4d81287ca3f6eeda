import { type Call, exceededBy, placesAreTaken } from '../call.ts'
import type { ProviderError } from '../provider-error.ts'
import { exhausted, overLimit } from './errors.ts'

export const tooMany = (call: Call): ProviderError | undefined =>
  placesAreTaken(call) === undefined
    ? undefined
    : exhausted('Resource has been exhausted (e.g. check quota).')

/** Takes from the model's rates, or says why not; `tokens` is what the call may come to. No header tells of them. */
export const tooFast = (call: Call, tokens: number): ProviderError | undefined => {
  const exceeded = exceededBy(call, { tokens })
  if (exceeded === undefined) return undefined
  const { unit, capacity, waitMs = 60_000 } = exceeded
  const metric = unit === 'requests' ? 'requests' : 'input_token_count'
  const quota = `generate_content_paid_tier_${metric}, limit: ${capacity}, model: ${call.model.name}`
  return overLimit(quota, Math.max(1, Math.ceil(waitMs / 1_000)))
}
