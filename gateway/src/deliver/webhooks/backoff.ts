import type { Random } from '../../clock/clock.ts'

/** A receiver that asks for more patience is asked again after this. */
const RETRY_AFTER_MS_MAX = 3_600_000
/** Those that failed together come back apart: each pause is up to so much longer or shorter. */
const JITTER = 0.2

/** How long to wait after an attempt that failed, `tries` before it. */
export const pauseMs = (
  tries: number,
  pausesMs: readonly number[],
  { random, askedMs }: { random: Random; askedMs: number },
): number => {
  const pause = pausesMs[tries] ?? pausesMs.at(-1) ?? 0
  const jittered = Math.round(pause * (1 - JITTER + 2 * JITTER * random.next()))
  return Math.max(jittered, Math.min(askedMs, RETRY_AFTER_MS_MAX))
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** A `Retry-After`, in seconds or as a date; 0 where there is none, or no sense in it. */
export const askedPauseMs = (retryAfter: string | undefined, nowMs: number): number => {
  const text = retryAfter?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  // The parser of dates makes something of almost any text.
  if (!HTTP_DATE.test(text)) return 0
  // biome-ignore lint/style/noRestrictedGlobals: reads a date that was given, no clock
  const at = Date.parse(text)
  return Number.isNaN(at) ? 0 : Math.max(0, at - nowMs)
}
