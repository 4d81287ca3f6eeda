import { describe, expect, it } from 'vitest'
import { type Breaker, createBreaker, type Sign } from './breaker.ts'

const call = (breaker: Breaker, sign: Sign, now: number): void => {
  breaker.done(breaker.entered(), sign, now)
}

const calls = (breaker: Breaker, signs: string, now: number): void => {
  for (const sign of signs) call(breaker, sign === '+' ? 'well' : 'ill', now)
}

const tripped = (): Breaker => {
  const breaker = createBreaker()
  calls(breaker, '-'.repeat(20), 100_000)
  return breaker
}

const KEY: Sign = { shut: 'the key was refused', class: 'key_refused' }

describe('too many failures', () => {
  it('trip it: half of at least twenty', () => {
    const breaker = createBreaker()
    calls(breaker, '-'.repeat(19), 100_000)
    expect(breaker.state().kind).toBe('closed')
    calls(breaker, '-', 100_000)
    expect(breaker.state()).toEqual({
      kind: 'tripped',
      reason: '20 of the last 20 calls failed',
      until: 105_000,
    })
    expect(breaker.waitMs(100_000)).toBe(5_000)
  })

  it('do not trip it where one in five fails', () => {
    const breaker = createBreaker()
    for (let i = 0; i < 1_000; i += 1) calls(breaker, '-++++', 100_000 + i * 10)
    expect(breaker.state().kind).toBe('closed')
  })

  it('are forgotten after 30 s', () => {
    const breaker = createBreaker()
    calls(breaker, '-'.repeat(19), 100_000)
    calls(breaker, '-'.repeat(19), 131_000)
    expect(breaker.state().kind).toBe('closed')
  })
})

describe('a tripped breaker', () => {
  it('lets three probes out after its rest, and closes when all are well', () => {
    const breaker = tripped()
    expect(breaker.waitMs(105_000)).toBe(0)
    const probes = [breaker.entered(), breaker.entered(), breaker.entered()]
    expect(breaker.waitMs(105_000)).toBe(Number.POSITIVE_INFINITY)
    for (const probe of probes) breaker.done(probe, 'well', 106_000)
    expect(breaker.state().kind).toBe('closed')
    calls(breaker, '-'.repeat(19), 106_000)
    expect(breaker.state().kind).toBe('closed')
  })

  it('rests twice as long after each ill probe, up to a minute', () => {
    const breaker = tripped()
    const rests: number[] = []
    let now = 100_000
    for (let i = 0; i < 6; i += 1) {
      now += breaker.waitMs(now)
      call(breaker, 'ill', now)
      rests.push(breaker.waitMs(now))
    }
    expect(rests).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000])
  })

  it('gives the place of a probe that told nothing to another', () => {
    const breaker = tripped()
    const probes = [breaker.entered(), breaker.entered(), breaker.entered()]
    breaker.done(probes[0] ?? -1, 'nothing', 105_000)
    expect(breaker.waitMs(105_000)).toBe(0)
  })

  it('hears nothing from calls that began before it tripped', () => {
    const breaker = createBreaker()
    const early = [breaker.entered(), breaker.entered(), breaker.entered(), breaker.entered()]
    calls(breaker, '-'.repeat(20), 100_000)
    for (const ticket of early) breaker.done(ticket, 'well', 105_000)
    expect(breaker.state().kind).toBe('tripped')
    expect(breaker.waitMs(105_000)).toBe(0)
  })
})

describe('a refused key', () => {
  it('shuts it at the first time, and looks again once: early, then ever more rarely', () => {
    const breaker = createBreaker()
    let now = 100_000
    call(breaker, KEY, now)
    expect(breaker.state()).toEqual({
      kind: 'shut',
      class: 'key_refused',
      reason: 'the key was refused',
      until: 101_000,
    })
    const rests: number[] = []
    for (let i = 0; i < 8; i += 1) {
      const wait = breaker.waitMs(now)
      rests.push(wait)
      now += wait
      const probe = breaker.entered()
      expect(breaker.waitMs(now)).toBe(Number.POSITIVE_INFINITY)
      breaker.done(probe, KEY, now)
    }
    expect(rests).toEqual([1_000, 4_000, 16_000, 64_000, 256_000, 900_000, 900_000, 900_000])
    now += breaker.waitMs(now)
    call(breaker, 'well', now)
    expect(breaker.state().kind).toBe('closed')
  })

  it('is not judged by a probe that broke on the way', () => {
    const breaker = createBreaker()
    call(breaker, KEY, 100_000)
    call(breaker, 'ill', 101_000)
    expect(breaker.state()).toMatchObject({ kind: 'shut', until: 102_000 })
  })

  it('counts once, however many calls were in flight', () => {
    const breaker = createBreaker()
    const tickets = Array.from({ length: 100 }, () => breaker.entered())
    for (const ticket of tickets) breaker.done(ticket, KEY, 100_000)
    expect(breaker.waitMs(100_000)).toBe(1_000)
  })

  it('shuts a tripped one', () => {
    const breaker = tripped()
    call(breaker, KEY, 105_000)
    expect(breaker.state().kind).toBe('shut')
  })
})
