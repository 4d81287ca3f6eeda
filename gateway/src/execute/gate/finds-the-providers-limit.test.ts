import { expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import type { Verdict } from '../../provider/verdict.ts'
import { ANSWER, SUCCESS, seeded, tokensIn } from './gate.fixture.ts'
import { createGate } from './gate.ts'

/**
 * More work than can ever be done, and a provider that answers after 300 ms ± 100 up to a number of calls
 * at once, and says 429 after 20 ms to those above.
 */
const run = (options: { providerLimit: (ms: number) => number; forMs: number; retryAfterMs?: number }) => {
  const clock = createManualClock()
  const startedAt = clock.monotonic()
  const limits = { concurrencyInitial: 32, concurrencyMax: 1_000, interactiveShare: 0 }
  const gate = createGate({ clock, limits })
  const random = seeded(7)
  const endings: Array<{ ms: number; kind: 'answered' | 'throttled' }> = []
  let atProvider = 0
  const throttled: Verdict = {
    kind: 'failure',
    class: 'throttled',
    code: 'rate_limit_exceeded',
    message: 'slow down',
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  }

  const pump = (): void => {
    for (
      let permit = gate.tryEnter('batch', tokensIn(500));
      permit;
      permit = gate.tryEnter('batch', tokensIn(500))
    ) {
      const entered = permit
      const refused = atProvider >= options.providerLimit(clock.monotonic() - startedAt)
      if (!refused) atProvider += 1
      clock.after(refused ? 20 : 200 + random() * 200, () => {
        if (!refused) atProvider -= 1
        endings.push({ ms: clock.monotonic() - startedAt, kind: refused ? 'throttled' : 'answered' })
        entered.done(ANSWER, refused ? throttled : SUCCESS)
      })
    }
    gate.watch('batch', pump).wait()
  }

  pump()
  while (clock.monotonic() - startedAt < options.forMs && clock.step());
  const count = (kind: 'answered' | 'throttled', fromMs: number, toMs: number): number =>
    endings.filter((each) => each.kind === kind && each.ms >= fromMs && each.ms < toMs).length
  return { count, gate }
}

/** What the provider could do in a second with 200 calls of 300 ms each. */
const IDEAL_PER_SECOND = 200 / 0.3

it('reaches a hidden limit of 200 within seconds, and keeps to it with few refusals', () => {
  const { count, gate } = run({ providerLimit: () => 200, forMs: 60_000 })
  const answered = count('answered', 5_000, 60_000)
  expect(answered).toBeGreaterThan(0.9 * 55 * IDEAL_PER_SECOND)
  expect(count('throttled', 5_000, 60_000)).toBeLessThan(0.02 * answered)
  expect(gate.learned().concurrency).toBeGreaterThan(170)
  expect(gate.learned().concurrency).toBeLessThan(210)
})

it('still uses most of it where each refusal stops everybody for a second', () => {
  const { count } = run({ providerLimit: () => 200, forMs: 60_000, retryAfterMs: 1_000 })
  expect(count('answered', 5_000, 60_000)).toBeGreaterThan(0.7 * 55 * IDEAL_PER_SECOND)
})

it('is back within seconds after a storm of 20 s', () => {
  const stormy = (ms: number): number => (ms >= 20_000 && ms < 40_000 ? 0 : 200)
  const { count } = run({ providerLimit: stormy, forMs: 60_000 })
  expect(count('answered', 21_000, 40_000)).toBe(0)
  expect(count('answered', 45_000, 60_000)).toBeGreaterThan(0.85 * 15 * IDEAL_PER_SECOND)
})

it('follows a limit that fell to a tenth, and one that trebled', () => {
  const fell = run({ providerLimit: (ms) => (ms < 20_000 ? 200 : 20), forMs: 60_000 })
  expect(fell.count('throttled', 30_000, 60_000)).toBeLessThan(0.1 * fell.count('answered', 30_000, 60_000))
  const trebled = run({ providerLimit: (ms) => (ms < 20_000 ? 200 : 600), forMs: 80_000 })
  expect(trebled.count('answered', 60_000, 80_000)).toBeGreaterThan(2.4 * 20 * IDEAL_PER_SECOND)
})
