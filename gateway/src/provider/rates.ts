import type { ResponseHeaders } from './call.ts'

/** What a provider may limit a minute: tokens as a whole, or those of each side by themselves. */
export type RateUnit = 'requests' | 'tokens' | 'inputTokens' | 'outputTokens'

/** What the headers of an answer say of one rate. */
export interface RateHint {
  readonly limit?: number
  readonly remaining?: number
  readonly resetMs?: number
}

/** How a provider tells in its headers where its rates stand. */
export interface RateReader {
  /** What it may tell of: nothing else is asked for. */
  readonly units: readonly RateUnit[]
  /** Undefined where nothing is said. Asked for each answer and unit, so it must be cheap; never throws. */
  read(headers: ResponseHeaders, unit: RateUnit): RateHint | undefined
}
