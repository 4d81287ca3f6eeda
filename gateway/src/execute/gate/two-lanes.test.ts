import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { ANSWER, SUCCESS, seeded, tokensIn } from './gate.fixture.ts'
import { createGate, type GateLimits, type Lane } from './gate.ts'

interface Course {
  readonly limits: Partial<GateLimits> & {
    readonly concurrencyMax: number
    readonly interactiveShare: number
  }
  readonly callMs: Readonly<Record<Lane, number>>
  /** Each call takes between (1 − spread) and (1 + spread) of it. */
  readonly spread?: number
  readonly tokens?: number
}

/** A gate before a provider that takes all, a batch without an end, and as many interactive callers as are wanted. */
const open = ({ limits, callMs, spread = 0.5, tokens = 1 }: Course) => {
  const clock = createManualClock(0)
  const random = seeded(11)
  const gate = createGate({ clock, limits: { concurrencyInitial: limits.concurrencyMax, ...limits } })
  const startedAt: Record<Lane, number[]> = { interactive: [], batch: [] }
  let callers = 0
  let callersBusy = 0
  let isBatchOn = true

  /** False where it has to wait. */
  const start = (lane: Lane, then: () => void): boolean => {
    const permit = gate.tryEnter(lane, tokensIn(tokens))
    if (!permit) return false
    startedAt[lane].push(clock.monotonic())
    const ms = callMs[lane] * (1 - spread + 2 * spread * random())
    clock.after(ms, () => {
      permit.done(ANSWER, SUCCESS)
      then()
    })
    return true
  }

  const watcher = gate.watch('batch', () => pump())
  const pump = (): void => {
    while (isBatchOn && start('batch', () => {}));
    if (isBatchOn) watcher.wait()
  }

  /** One after another, as a client does that asks and reads. */
  const call = (): void => {
    const enter = (): void => {
      if (start('interactive', next)) own.cancel()
      else own.wait()
    }
    const next = (): void => {
      if (callersBusy > callers) callersBusy -= 1
      else enter()
    }
    const own = gate.watch('interactive', enter)
    callersBusy += 1
    enter()
  }

  pump()
  return {
    clock,
    gate,
    startedAt,
    inFlight: (lane: Lane) => gate.state().lanes[lane].inFlight,
    callersAre(count: number): void {
      callers = count
      while (callersBusy < callers) call()
    },
    batchIs(on: boolean): void {
      isBatchOn = on
      pump()
    },
  }
}

/** The longest time between two starts, or from a moment to the first one. */
const longestGap = (times: readonly number[], from: number, to: number): number => {
  const inside = [from, ...times.filter((each) => each >= from && each < to), to]
  return Math.max(...inside.slice(1).map((each, place) => each - (inside[place] ?? 0)))
}

const share = fc.constantFrom(0, 0.05, 0.2, 0.5, 0.9)

describe('the places of a deployment', () => {
  it('are all of the batches where nobody else asks, once it is known that they come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), share, (concurrencyMax, interactiveShare) => {
        const callMs = { interactive: 100, batch: 600 }
        const { clock, inFlight } = open({ limits: { concurrencyMax, interactiveShare }, callMs })
        clock.advance(2_000)
        expect(inFlight('batch')).toBe(concurrencyMax)
      }),
      { numRuns: 60 },
    )
  })

  it('come back to interactive calls, as many as are theirs, within a second of being asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.constantFrom(0.05, 0.2, 0.5, 0.9),
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 3_000, max: 6_000 }),
        (concurrencyMax, interactiveShare, callers, askedAt) => {
          const callMs = { interactive: 5_000, batch: 660 }
          const { clock, inFlight, callersAre } = open({
            limits: { concurrencyMax, interactiveShare },
            callMs,
          })
          clock.advance(askedAt)
          callersAre(callers)
          clock.advance(1_000)
          const kept = Math.max(1, Math.floor(concurrencyMax * interactiveShare))
          expect(inFlight('interactive')).toBeGreaterThanOrEqual(Math.min(kept, callers))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('come back in the mean where calls take many seconds, because fewer are lent', () => {
    const limits = { concurrencyMax: 200, interactiveShare: 0.2 }
    const { clock, inFlight, callersAre } = open({ limits, callMs: { interactive: 60_000, batch: 8_000 } })
    clock.advance(60_000)
    const lent = inFlight('batch')
    expect(lent).toBeGreaterThan(170)
    expect(lent).toBeLessThan(190)
    callersAre(1_000)
    clock.advance(1_000)
    expect(inFlight('interactive')).toBeGreaterThanOrEqual(40 * 0.85)
  })

  it('go to batches again within a second after interactive calls have gone', () => {
    const limits = { concurrencyMax: 20, interactiveShare: 0.5 }
    const { clock, inFlight, callersAre } = open({ limits, callMs: { interactive: 20, batch: 600 } })
    clock.advance(3_000)
    callersAre(10)
    clock.advance(3_000)
    expect(inFlight('batch')).toBe(10)
    callersAre(0)
    clock.advance(30)
    expect(inFlight('interactive')).toBe(0)
    clock.advance(1_000)
    expect(inFlight('batch')).toBe(20)
  })

  it('are shared as they were meant to be while both want all of them', () => {
    const limits = { concurrencyMax: 20, interactiveShare: 0.3 }
    const { clock, inFlight, callersAre } = open({ limits, callMs: { interactive: 300, batch: 600 } })
    callersAre(100)
    clock.advance(10_000)
    expect([inFlight('interactive'), inFlight('batch')]).toEqual([6, 14])
  })

  it('are all of the interactive calls where there is no batch, and come back to one that comes', () => {
    const limits = { concurrencyMax: 20, interactiveShare: 0.3 }
    const { clock, inFlight, callersAre, batchIs } = open({
      limits,
      callMs: { interactive: 300, batch: 600 },
    })
    batchIs(false)
    clock.advance(3_000)
    callersAre(100)
    clock.advance(1_000)
    expect(inFlight('interactive')).toBe(20)
    batchIs(true)
    clock.advance(1_000)
    expect([inFlight('interactive'), inFlight('batch')]).toEqual([6, 14])
  })
})

describe('neither lane starves', () => {
  it('whatever the share, the places and the rates, while both always wait', () => {
    const rate = fc.option(fc.integer({ min: 60, max: 6_000 }), { nil: undefined })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        share,
        rate,
        rate,
        fc.integer({ min: 1, max: 30 }),
        (concurrencyMax, interactiveShare, perMinute, thousandTokens, callers) => {
          const limits = {
            concurrencyMax,
            interactiveShare,
            ...(perMinute === undefined ? {} : { requestsPerMinute: perMinute }),
            ...(thousandTokens === undefined ? {} : { tokensPerMinute: thousandTokens * 100 }),
          }
          const callMs = { interactive: 200, batch: 700 }
          const { clock, startedAt, callersAre } = open({ limits, callMs, tokens: 100 })
          callersAre(callers)
          clock.advance(200_000)
          // The least that anybody is promised here is 0.05 of 60 a minute: a call in 20 s.
          expect(longestGap(startedAt.batch, 20_000, 200_000)).toBeLessThan(30_000)
          expect(longestGap(startedAt.interactive, 20_000, 200_000)).toBeLessThan(30_000)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('a rate', () => {
  const limits = { concurrencyMax: 1_000, interactiveShare: 0.2, requestsPerMinute: 6_000 }
  const callMs = { interactive: 50, batch: 50 }
  const between = (times: readonly number[], from: number, to: number): number =>
    times.filter((each) => each >= from && each < to).length

  it('is all of the batches where nobody else asks', () => {
    const { clock, startedAt } = open({ limits, callMs })
    clock.advance(30_000)
    expect(between(startedAt.batch, 10_000, 30_000)).toBeGreaterThanOrEqual(2_000 * 0.98)
  })

  it('has a share for an interactive call at once', () => {
    const { clock, startedAt, callersAre } = open({ limits, callMs })
    clock.advance(10_000)
    callersAre(15)
    expect(startedAt.interactive).toHaveLength(15)
  })

  it('is shared as it was meant to be while both want all of it', () => {
    const { clock, startedAt, callersAre } = open({ limits, callMs })
    callersAre(500)
    clock.advance(30_000)
    const interactive = between(startedAt.interactive, 10_000, 30_000)
    const batch = between(startedAt.batch, 10_000, 30_000)
    expect(interactive / (interactive + batch)).toBeCloseTo(0.2, 1)
    expect(interactive + batch).toBeGreaterThanOrEqual(2_000 * 0.98)
  })

  it('is no debt where interactive calls had all of it before a batch came', () => {
    const { clock, startedAt, callersAre, batchIs } = open({ limits, callMs })
    batchIs(false)
    callersAre(500)
    clock.advance(60_000)
    expect(between(startedAt.interactive, 10_000, 60_000)).toBeGreaterThanOrEqual(5_000 * 0.95)
    batchIs(true)
    clock.advance(5_000)
    expect(between(startedAt.interactive, 61_000, 65_000)).toBeGreaterThanOrEqual(0.2 * 400 * 0.95)
    expect(between(startedAt.batch, 61_000, 65_000)).toBeGreaterThanOrEqual(0.8 * 400 * 0.95)
  })

  it('is not taken from a batch that waits by calls that come by and do not queue', () => {
    const { clock, gate, startedAt } = open({ limits, callMs })
    let taken = 0
    // Timers are late by up to a millisecond, and whoever comes by looks more often than that.
    for (let ms = 0; ms < 20_000; ms += 0.3) {
      clock.advance(0.3)
      const permit = gate.tryEnter('interactive', tokensIn(1))
      if (permit) taken += 1
      permit?.unused()
    }
    expect(between(startedAt.batch, 0, 20_000)).toBeGreaterThanOrEqual(0.75 * 2_000)
    expect(taken).toBeGreaterThan(0.18 * 2_000)
  })

  it('leaves a share in a bucket that a provider filled for a minute', () => {
    const clock = createManualClock()
    const tokens = { concurrencyInitial: 1_000, concurrencyMax: 1_000, interactiveShare: 0.2 }
    const gate = createGate({
      clock,
      limits: tokens,
      learned: { concurrency: 1_000, tokensPerMinute: 60_000 },
    })
    while (gate.tryEnter('batch', tokensIn(500)));
    expect(gate.tryEnter('interactive', tokensIn(500))).toBeDefined()
    expect(gate.tryEnter('interactive', tokensIn(500))).toBeUndefined()
  })
})
