import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Failure, FailureClass } from '../../provider/failure.ts'
import { type ErrorHistory, nextStep, type Step } from './backoff.ts'

const failure = (of: FailureClass, more: Partial<Failure> = {}): Failure => ({
  kind: 'failure',
  class: of,
  code: of,
  message: of,
  ...more,
})

const always = (value: number) => ({ next: () => value })
const FAR = 1e12

/** Lets the same request fail again and again, each retry as late as its wait says. */
const failUntilTheEnd = (failures: (attempt: number) => Failure, deadline: number) => {
  let history: ErrorHistory
  let now = 0
  for (let attempt = 1; ; attempt += 1) {
    const step: Step = nextStep(history, failures(attempt), now, deadline, always(0.5))
    if (step.do !== 'retry') return { step, attempt, now }
    history = step.history
    now += step.afterMs
    if (attempt > 100_000) throw new Error('it never ends')
  }
}

describe('what happens after a failure', () => {
  it('fails alone what would fail again', () => {
    const step = nextStep(undefined, failure('bad_request'), 0, FAR, always(0))
    expect(step).toEqual({ do: 'fail', because: 'hopeless', history: undefined })
  })

  it('closes the deployment, and leaves the request as it was', () => {
    const history = { attempts: 2, sameErrorCode: 'x', sameErrorCount: 2, firstSameErrorAt: 5 }
    for (const kind of ['key_refused', 'quota_exhausted', 'model_missing'] as const) {
      expect(nextStep(history, failure(kind), 9, FAR, always(0))).toEqual({ do: 'close_deployment', history })
    }
  })

  it('ends the same error after 12 times over 10 minutes, neither before', () => {
    const { step, attempt, now } = failUntilTheEnd(() => failure('server_error'), FAR)
    expect(step).toMatchObject({ do: 'fail', because: 'exhausted' })
    expect(attempt).toBeGreaterThanOrEqual(12)
    expect(now).toBeGreaterThanOrEqual(600_000)

    const rare = { attempts: 10, sameErrorCode: 'timeout:timeout', sameErrorCount: 10, firstSameErrorAt: 0 }
    expect(nextStep(rare, failure('timeout'), 3_600_000, FAR, always(0)).do).toBe('retry')
    const often = { ...rare, sameErrorCount: 500 }
    expect(nextStep(often, failure('timeout'), 599_999, FAR, always(0)).do).toBe('retry')
  })

  it('starts to count anew with another error, but not with throttling in between', () => {
    const changing = failUntilTheEnd((n) => failure(n % 2 ? 'server_error' : 'overloaded'), 24 * 3_600_000)
    expect(changing.step).toMatchObject({ do: 'fail', because: 'deadline' })
    const throttledBetween = failUntilTheEnd((n) => failure(n % 2 ? 'server_error' : 'throttled'), FAR)
    expect(throttledBetween.step).toMatchObject({ do: 'fail', because: 'exhausted' })
  })

  it('retries what is throttled until the deadline', () => {
    const { step, now } = failUntilTheEnd(() => failure('throttled'), 24 * 3_600_000)
    expect(step).toMatchObject({ do: 'fail', because: 'deadline' })
    expect(now).toBeGreaterThan(23 * 3_600_000)
  })
})

describe('the wait', () => {
  const waitAfter = (attempts: number, random: number, retryAfterMs?: number): number => {
    const history = { attempts: attempts - 1, sameErrorCode: '', sameErrorCount: 0, firstSameErrorAt: 0 }
    const more = retryAfterMs === undefined ? {} : { retryAfterMs }
    const step = nextStep(history, failure('throttled', more), 0, FAR, always(random))
    if (step.do !== 'retry') throw new Error(step.do)
    return step.afterMs
  }

  it('is anything from nothing to a bound that doubles from 0.5 s to 60 s', () => {
    expect([1, 2, 3, 7, 8, 9, 5_000].map((n) => waitAfter(n, 1))).toEqual([
      500, 1_000, 2_000, 32_000, 60_000, 60_000, 60_000,
    ])
    expect(waitAfter(5, 0)).toBe(0)
  })

  it('is never shorter than what the provider asked for, and a little spread', () => {
    expect(waitAfter(1, 0, 20_000)).toBe(20_000)
    expect(waitAfter(1, 1, 20_000)).toBe(22_000)
    expect(waitAfter(8, 1, 20_000)).toBe(60_000)
  })

  it('never leads past the deadline', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.nat(1e6),
        fc.option(fc.nat(1e6), { nil: undefined }),
        fc.nat(40),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (now, left, retryAfterMs, attempts, random) => {
          const history = { attempts, sameErrorCode: '', sameErrorCount: 0, firstSameErrorAt: 0 }
          const more = retryAfterMs === undefined ? {} : { retryAfterMs }
          const step = nextStep(history, failure('overloaded', more), now, now + left, always(random))
          if (step.do !== 'retry') {
            expect(step).toMatchObject({ do: 'fail', because: 'deadline' })
            return
          }
          expect(step.afterMs).toBeLessThan(left)
          expect(step.afterMs).toBeGreaterThanOrEqual(retryAfterMs ?? 0)
        },
      ),
    )
  })
})
