export type LimitHeaders = Readonly<Record<string, string>>

/** How it stands with one limit of a key. */
export interface LimitState {
  readonly what: 'requests' | 'tokens'
  readonly limit: number
  readonly remaining: number
  /** How long until all of it is there again. */
  readonly resetMs: number
}

/** The headers that tell it, in the words of a dialect; `now` are unix milliseconds. */
export type ShowLimit = (state: LimitState, now: number) => LimitHeaders

/** Official clients look at the milliseconds first. */
export const retryHeaders = (ms: number): LimitHeaders => ({
  'retry-after': String(Math.max(1, Math.ceil(ms / 1_000))),
  'retry-after-ms': String(ms),
})

/** As OpenAI writes it: `120ms`, `1s`, `6m0s`. Rounded up, so that who waits so long has waited long enough. */
export const durationText = (ms: number): string => {
  const whole = Math.ceil(ms)
  if (whole < 1_000) return `${whole}ms`
  const seconds = Math.ceil(whole / 1_000)
  const minutes = Math.floor(seconds / 60)
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`
}
