import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MinuteBudget, type Taken } from './minute-budget.ts'

const MINUTE_MS = 60_000

describe('a budget of so much a minute', () => {
  it('is full at first, and fills evenly', () => {
    const budget = new MinuteBudget(60, 0)
    budget.take(60, 0)
    expect(budget.remaining(0)).toBe(0)
    expect(budget.waitMs(1, 0)).toBe(1_000)
    expect(budget.waitMs(1, 1_000)).toBe(0)
    expect(budget.remaining(30_000)).toBe(30)
    expect(budget.resetMs(30_000)).toBe(30_000)
    expect(budget.remaining(10 * MINUTE_MS)).toBe(60)
  })

  it('never has more than it can hold', () => {
    const budget = new MinuteBudget(60, 0)
    expect(budget.waitMs(61, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(budget.waitMs(60, 0)).toBe(0)
  })

  it('gets back what a call did not need, but for what has flowed in since', () => {
    const budget = new MinuteBudget(600, 0)
    const taken = budget.take(600, 0)
    expect(budget.remaining(15_000)).toBe(150)
    budget.correct(taken, 100, 15_000)
    expect(budget.remaining(15_000)).toBe(600)
    const late = budget.take(600, 15_000)
    budget.take(600, 15_000 + MINUTE_MS)
    budget.correct(late, 0, 15_000 + MINUTE_MS)
    expect(budget.remaining(15_000 + MINUTE_MS)).toBe(0)
  })

  it('pays for what a call needed beyond its estimate, also by a debt', () => {
    const budget = new MinuteBudget(60, 0)
    budget.correct(budget.take(10, 0), 100, 0)
    expect(budget.remaining(0)).toBe(0)
    expect(budget.waitMs(1, 0)).toBe(41_000)
    expect(budget.resetMs(0)).toBe(100_000)
  })

  it('keeps what was spent where the limit changes', () => {
    const budget = new MinuteBudget(60, 0)
    budget.take(50, 0)
    budget.limitTo(100, 0)
    expect(budget.remaining(0)).toBe(50)
    budget.limitTo(20, 0)
    expect(budget.remaining(0)).toBe(0)
    expect(budget.limit).toBe(20)
  })

  it('lets no more through in any minute than its limit and what it holds, whatever calls turn out to need', () => {
    const call = fc.record({
      gapMs: fc.integer({ min: 0, max: 40_000 }),
      estimate: fc.integer({ min: 1, max: 100 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      durationMs: fc.integer({ min: 0, max: 150_000 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 300 }), fc.array(call, { maxLength: 80 }), (limit, calls) => {
        const budget = new MinuteBudget(limit, 0)
        const passed: Array<{ at: number; needed: number }> = []
        let running: Array<{ endsAt: number; taken: Taken; needed: number }> = []
        let now = 0
        const endUntil = (moment: number): void => {
          const over = running.filter(({ endsAt }) => endsAt <= moment)
          running = running.filter(({ endsAt }) => endsAt > moment)
          for (const { endsAt, taken, needed } of over.toSorted(
            (left, right) => left.endsAt - right.endsAt,
          )) {
            budget.correct(taken, needed, endsAt)
          }
        }
        for (const { gapMs, estimate, share, durationMs } of calls) {
          now += gapMs
          endUntil(now)
          if (budget.waitMs(estimate, now) > 0) continue
          const needed = estimate * share
          passed.push({ at: now, needed })
          running.push({ endsAt: now + durationMs, taken: budget.take(estimate, now), needed })
        }
        for (const { at: start } of passed) {
          const inMinute = passed.filter(({ at }) => at >= start && at < start + MINUTE_MS)
          const sum = inMinute.reduce((total, { needed }) => total + needed, 0)
          expect(sum).toBeLessThanOrEqual(2 * limit + 0.001)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('lets a call through once it has waited as long as it was told to', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 1_000_000 })), {
          maxLength: 30,
        }),
        (limit, calls) => {
          const budget = new MinuteBudget(limit, 0)
          let now = 0
          for (const [gapMs, asked] of calls) {
            now += gapMs
            const amount = Math.min(asked, limit)
            now += budget.waitMs(amount, now)
            expect(budget.waitMs(amount, now)).toBe(0)
            expect(budget.remaining(now)).toBeGreaterThanOrEqual(amount)
            budget.take(amount, now)
          }
        },
      ),
    )
  })
})
