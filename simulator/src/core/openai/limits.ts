import { type Call, exceededBy, placesAreTaken } from '../call.ts'
import type { ProviderError } from '../provider-error.ts'
import type { BucketLevel, Exceeded, Unit } from '../rate-limit.ts'
import { concurrencyReached } from './errors.ts'

export const tooMany = (call: Call): ProviderError | undefined => {
  const max = placesAreTaken(call)
  return max === undefined ? undefined : concurrencyReached(call.model.name, max)
}

/** Takes from the model's rates, or says why not; `tokens` is what the call may come to. */
export const tooFast = (call: Call, tokens: number): ProviderError | undefined => {
  const exceeded = exceededBy(call, { tokens })
  return exceeded && rateLimitReached(call.model.name, exceeded)
}

export const addRateHeaders = (headers: Record<string, string>, levels: readonly BucketLevel[]): void => {
  for (const { unit, capacity, left, fullInMs } of levels) {
    if (!isOwn(unit)) continue
    headers[`x-ratelimit-limit-${unit}`] = String(capacity)
    headers[`x-ratelimit-remaining-${unit}`] = String(Math.max(0, Math.floor(left)))
    headers[`x-ratelimit-reset-${unit}`] = durationText(fullInMs)
  }
}

/** `120ms`, `1.5s`, `6m0s`: the form of Go's durations, as OpenAI sends them. */
const durationText = (ms: number): string => {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`
  const minutes = Math.floor(ms / 60_000)
  const seconds = `${Number(((ms - minutes * 60_000) / 1_000).toFixed(3))}s`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}

const unitTexts = { requests: 'requests per min (RPM)', tokens: 'tokens per min (TPM)' }

const isOwn = (unit: Unit): unit is keyof typeof unitTexts => Object.hasOwn(unitTexts, unit)

const rateLimitReached = (
  model: string,
  { unit, capacity, wanted, left, waitMs }: Exceeded,
): ProviderError => {
  const limit = `on ${isOwn(unit) ? unitTexts[unit] : unit}: Limit ${capacity}, `
  const common = { status: 429, type: unit, code: 'rate_limit_exceeded' }
  if (waitMs === undefined) {
    const message = `Request too large for ${model} in organization org-simulator ${limit}Requested ${wanted}. The input or output tokens must be reduced in order to run successfully.`
    return { ...common, message }
  }
  const used = Math.ceil(capacity - left)
  const message = `Rate limit reached for ${model} in organization org-simulator ${limit}Used ${used}, Requested ${wanted}. Please try again in ${durationText(waitMs)}. Visit https://platform.openai.com/account/rate-limits to learn more.`
  return { ...common, message, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) }
}
