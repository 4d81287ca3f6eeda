import type { MinuteBudget } from './minute-budget.ts'

export type LimitHeaders = Readonly<Record<string, string>>

export const limitHeaders = (
  what: 'requests' | 'tokens',
  budget: MinuteBudget | undefined,
  now: number,
): LimitHeaders =>
  budget
    ? {
        [`x-ratelimit-limit-${what}`]: String(budget.limit),
        [`x-ratelimit-remaining-${what}`]: String(budget.remaining(now)),
        [`x-ratelimit-reset-${what}`]: durationText(budget.resetMs(now)),
      }
    : {}

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
