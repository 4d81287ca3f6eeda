import type { ProviderError } from './errors.ts'
import type { ModelOptions } from './options.ts'

/** Holds a minute's worth, refills evenly. Time is passed in. */
class Bucket {
  readonly capacity: number
  #level: number
  #filledAt: number

  constructor(capacity: number, now: number) {
    this.capacity = capacity
    this.#level = capacity
    this.#filledAt = now
  }

  get perMs(): number {
    return this.capacity / 60_000
  }

  level(now: number): number {
    // A clock that was set back refills nothing.
    const passedMs = Math.max(0, now - this.#filledAt)
    this.#level = Math.min(this.capacity, this.#level + passedMs * this.perMs)
    this.#filledAt = now
    return this.#level
  }

  take(amount: number): void {
    this.#level -= amount
  }
}

/** `120ms`, `1.5s`, `6m0s`: the form of Go's durations, as OpenAI sends them. */
export const durationText = (ms: number): string => {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`
  const minutes = Math.floor(ms / 60_000)
  const seconds = `${Number(((ms - minutes * 60_000) / 1_000).toFixed(3))}s`
  return minutes > 0 ? `${minutes}m${seconds}` : seconds
}

type Unit = 'requests' | 'tokens'

const unitTexts = { requests: 'requests per min (RPM)', tokens: 'tokens per min (TPM)' }

const tooFast = (model: string, unit: Unit, bucket: Bucket, wanted: number, level: number): ProviderError => {
  const used = Math.ceil(bucket.capacity - level)
  const limit = `on ${unitTexts[unit]}: Limit ${bucket.capacity}, `
  const common = { status: 429, type: unit, code: 'rate_limit_exceeded', param: null }
  if (wanted > bucket.capacity) {
    const message = `Request too large for ${model} in organization org-simulator ${limit}Requested ${wanted}. The input or output tokens must be reduced in order to run successfully.`
    return { ...common, message }
  }
  const waitMs = (wanted - level) / bucket.perMs
  const message = `Rate limit reached for ${model} in organization org-simulator ${limit}Used ${used}, Requested ${wanted}. Please try again in ${durationText(waitMs)}. Visit https://platform.openai.com/account/rate-limits to learn more.`
  return { ...common, message, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) }
}

export class RateLimit {
  readonly #requests: Bucket | undefined
  readonly #tokens: Bucket | undefined

  constructor(model: ModelOptions, now: number) {
    const { requestsPerMinute, tokensPerMinute } = model
    this.#requests = requestsPerMinute === undefined ? undefined : new Bucket(requestsPerMinute, now)
    this.#tokens = tokensPerMinute === undefined ? undefined : new Bucket(tokensPerMinute, now)
  }

  /** Takes from both buckets or from neither. */
  enter(model: string, tokens: number, now: number): ProviderError | undefined {
    const requests = this.#requests
    const requestsLeft = requests?.level(now) ?? 1
    if (requests && requestsLeft < 1) return tooFast(model, 'requests', requests, 1, requestsLeft)
    const tokensLeft = this.#tokens?.level(now) ?? tokens
    if (this.#tokens && tokensLeft < tokens) return tooFast(model, 'tokens', this.#tokens, tokens, tokensLeft)
    requests?.take(1)
    this.#tokens?.take(tokens)
    return undefined
  }

  addHeaders(headers: Record<string, string>, now: number): void {
    for (const [unit, bucket] of [
      ['requests', this.#requests],
      ['tokens', this.#tokens],
    ] as const) {
      if (bucket === undefined) continue
      const level = bucket.level(now)
      headers[`x-ratelimit-limit-${unit}`] = String(bucket.capacity)
      headers[`x-ratelimit-remaining-${unit}`] = String(Math.max(0, Math.floor(level)))
      headers[`x-ratelimit-reset-${unit}`] = durationText((bucket.capacity - level) / bucket.perMs)
    }
  }
}
