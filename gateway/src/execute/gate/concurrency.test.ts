import { describe, expect, it } from 'vitest'
import { type Concurrency, createConcurrency } from './concurrency.ts'

/** One round trip with as many calls as allowed, of which those above `providerLimit` are throttled. */
const roundTrip = (concurrency: Concurrency, providerLimit: number): number => {
  const inFlight = concurrency.current()
  const tickets = Array.from({ length: inFlight }, () => concurrency.entered())
  concurrency.full()
  for (const [i, ticket] of tickets.entries()) {
    if (i < providerLimit) concurrency.succeeded(ticket)
    else concurrency.throttled(ticket)
  }
  return concurrency.current()
}

const roundTrips = (concurrency: Concurrency, count: number, providerLimit: number): number[] =>
  Array.from({ length: count }, () => roundTrip(concurrency, providerLimit))

const NO_LIMIT = Number.POSITIVE_INFINITY

describe('the concurrency limit', () => {
  it('doubles in a round trip until it is throttled, up to its maximum', () => {
    const concurrency = createConcurrency({ initial: 32, max: 1_000 })
    expect(roundTrips(concurrency, 6, NO_LIMIT)).toEqual([64, 128, 256, 512, 1_000, 1_000])
  })

  it('does not grow where the room was not used', () => {
    const concurrency = createConcurrency({ initial: 32, max: 1_000 })
    for (let i = 0; i < 100; i += 1) concurrency.succeeded(concurrency.entered())
    expect(concurrency.current()).toBe(32)
  })

  it('falls by a tenth, once in a round trip', () => {
    const concurrency = createConcurrency({ initial: 100, max: 1_000 })
    const tickets = Array.from({ length: 100 }, () => concurrency.entered())
    for (const ticket of tickets) concurrency.throttled(ticket)
    expect(concurrency.current()).toBe(90)
    concurrency.throttled(concurrency.entered())
    expect(concurrency.current()).toBe(81)
  })

  it('is never less than one', () => {
    const concurrency = createConcurrency({ initial: 3, max: 1_000 })
    for (let i = 0; i < 200; i += 1) concurrency.throttled(concurrency.entered())
    expect(concurrency.current()).toBe(1)
    expect(roundTrips(concurrency, 8, NO_LIMIT).at(-1)).toBeGreaterThan(3)
  })

  it.each([1, 7, 200, 900])('finds a limit of %i and stays by it', (providerLimit) => {
    const concurrency = createConcurrency({ initial: 32, max: 1_000 })
    roundTrips(concurrency, 60, providerLimit)
    const later = roundTrips(concurrency, 200, providerLimit)
    expect(Math.min(...later)).toBeGreaterThanOrEqual(Math.floor(providerLimit * 0.79))
    expect(Math.max(...later)).toBeLessThanOrEqual(providerLimit + 2)
  })

  it('comes back after a storm in which nothing passed', () => {
    const concurrency = createConcurrency({ initial: 32, max: 1_000 })
    roundTrips(concurrency, 60, 200)
    roundTrips(concurrency, 100, 0)
    expect(concurrency.current()).toBe(1)
    expect(roundTrips(concurrency, 12, 200).at(-1)).toBeGreaterThan(150)
  })

  it('follows a limit that moved, both ways', () => {
    const concurrency = createConcurrency({ initial: 32, max: 1_000 })
    roundTrips(concurrency, 60, 200)
    expect(roundTrips(concurrency, 60, 20).at(-1)).toBeLessThanOrEqual(22)
    expect(roundTrips(concurrency, 120, 600).at(-1)).toBeGreaterThan(450)
  })

  it('starts after a restart from the last good value, and searches on where it met no limit yet', () => {
    const found = createConcurrency({ initial: 32, max: 1_000 })
    roundTrips(found, 60, 200)
    const learned = found.learned()
    expect(learned.concurrency).toBeGreaterThan(150)
    const again = createConcurrency({ initial: 32, max: 1_000, learned })
    expect(again.current()).toBe(learned.concurrency)
    expect(roundTrip(again, 200)).toBeLessThanOrEqual(learned.concurrency + 20)

    const free = createConcurrency({ initial: 32, max: 1_000 })
    expect(free.learned()).toEqual({ concurrency: 32 })
    expect(roundTrip(createConcurrency({ initial: 8, max: 1_000, learned: free.learned() }), NO_LIMIT)).toBe(
      64,
    )
  })

  it('is learnt as it was before a storm', () => {
    const concurrency = createConcurrency({ initial: 32, max: 1_000 })
    roundTrips(concurrency, 60, 200)
    const before = concurrency.learned().concurrency
    roundTrips(concurrency, 50, 0)
    expect(concurrency.learned().concurrency).toBeGreaterThanOrEqual(Math.floor(before * 0.8))
  })
})

describe('limits that are changed', () => {
  it('hold at once where they are lower, and leave room to grow where they are higher', () => {
    const concurrency = createConcurrency({ initial: 64, max: 100 })
    concurrency.adjust({ initial: 8, max: 10 })
    expect(concurrency.current()).toBe(10)
    expect(roundTrip(concurrency, NO_LIMIT)).toBe(10)
    concurrency.adjust({ initial: 8, max: 1_000 })
    expect(concurrency.current()).toBe(10)
    expect(roundTrip(concurrency, NO_LIMIT)).toBe(20)
  })

  it('start a search again further up only where no limit was met', () => {
    const free = createConcurrency({ initial: 4, max: 1_000 })
    free.adjust({ initial: 50, max: 1_000 })
    expect(free.current()).toBe(50)
    const found = createConcurrency({ initial: 32, max: 1_000 })
    roundTrips(found, 60, 20)
    const before = found.current()
    found.adjust({ initial: 500, max: 1_000 })
    expect(found.current()).toBe(before)
  })
})
