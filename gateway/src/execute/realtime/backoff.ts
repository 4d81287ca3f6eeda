import type { Random } from '../../clock/clock.ts'
import type { Failure } from '../../provider/failure.ts'
import { RETRY_TABLE } from './retry-table.ts'

/** What a request went through so far, small enough to carry a million of. Undefined: nothing failed yet. */
export type ErrorHistory =
  | {
      /** Failed calls, throttled ones included: they lengthen the wait. */
      readonly attempts: number
      readonly sameErrorCode: string
      /** How often that error came in a row. Throttling neither counts nor breaks the row. */
      readonly sameErrorCount: number
      readonly firstSameErrorAt: number
    }
  | undefined

export type Step = { readonly history: ErrorHistory } & (
  | { readonly do: 'retry'; readonly afterMs: number }
  | { readonly do: 'fail'; readonly because: FailReason }
  | { readonly do: 'close_deployment' }
)

/**
 * `hopeless`: the same request would fail the same way. `exhausted`: the same error came too often for
 * too long. `deadline`: another try could not start in time, which is the window's end and not the
 * request's fault.
 */
export type FailReason = 'hopeless' | 'exhausted' | 'deadline'

/** Both must be reached: twelve failures may be over in seconds, and ten minutes may hold only one. */
const SAME_ERROR_COUNT_MAX = 12
const SAME_ERROR_MS_MAX = 10 * 60_000

const BACKOFF_MS_BASE = 500
const BACKOFF_MS_MAX = 60_000
/** Those who were told the same moment should not all come in that moment. */
const RETRY_AFTER_JITTER = 0.1
const RETRY_AFTER_JITTER_MS_MIN = 100

/** What happens to a request after a failed call. `now` and `deadline` are of the same clock. */
export const nextStep = (
  history: ErrorHistory,
  failure: Failure,
  now: number,
  deadline: number,
  random: Random,
): Step => {
  const { retry } = RETRY_TABLE[failure.class]
  if (retry === 'never') return { do: 'fail', because: 'hopeless', history }
  if (retry === 'close_deployment') return { do: 'close_deployment', history }
  const noted = retry === 'throttled' ? noteThrottled(history, now) : noteError(history, failure, now)
  if (retry === 'transient' && isExhausted(noted, now))
    return { do: 'fail', because: 'exhausted', history: noted }
  const afterMs = waitMs(noted.attempts, failure.retryAfterMs, random)
  if (now + afterMs >= deadline) return { do: 'fail', because: 'deadline', history: noted }
  return { do: 'retry', afterMs, history: noted }
}

type Noted = NonNullable<ErrorHistory>

const noteThrottled = (history: ErrorHistory, now: number): Noted =>
  history
    ? { ...history, attempts: history.attempts + 1 }
    : { attempts: 1, sameErrorCode: '', sameErrorCount: 0, firstSameErrorAt: now }

const noteError = (history: ErrorHistory, failure: Failure, now: number): Noted => {
  const attempts = (history?.attempts ?? 0) + 1
  const code = `${failure.class}:${failure.code}`
  return history?.sameErrorCode === code
    ? { ...history, attempts, sameErrorCount: history.sameErrorCount + 1 }
    : { attempts, sameErrorCode: code, sameErrorCount: 1, firstSameErrorAt: now }
}

const isExhausted = (noted: Noted, now: number): boolean =>
  noted.sameErrorCount >= SAME_ERROR_COUNT_MAX && now - noted.firstSameErrorAt >= SAME_ERROR_MS_MAX

/**
 * "Full jitter": uniform between 0 and the exponential bound, which spreads a crowd best and makes the
 * fewest calls (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). What the
 * provider asked for is the floor.
 */
const waitMs = (attempts: number, retryAfterMs: number | undefined, random: Random): number => {
  const bound = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_BASE * 2 ** (attempts - 1))
  const backoff = random.next() * bound
  if (retryAfterMs === undefined) return backoff
  const spread = Math.max(RETRY_AFTER_JITTER_MS_MIN, retryAfterMs * RETRY_AFTER_JITTER)
  return Math.max(backoff, retryAfterMs + random.next() * spread)
}
