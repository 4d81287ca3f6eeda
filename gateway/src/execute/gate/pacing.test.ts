import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPacing, type Pacing } from './pacing.ts'

const START = 5_000

/** Sends as soon as it may, for a while; the moments at which it did. */
const sendAll = (
  pacing: Pacing,
  forMs: number,
  tokens: () => number,
): Array<{ at: number; tokens: number }> => {
  const sent: Array<{ at: number; tokens: number }> = []
  for (let now = START; now < START + forMs; ) {
    const wait = pacing.waitMs('batch', now)
    if (wait > 0) {
      now += Math.ceil(wait)
      continue
    }
    const count = tokens()
    pacing.took('batch', count, now)
    sent.push({ at: now, tokens: count })
  }
  return sent
}

const mostInAnyWindow = (sent: Array<{ at: number; tokens: number }>, ms: number, of: 'calls' | 'tokens') =>
  sent.reduce((most, { at }) => {
    const inside = sent.filter((each) => each.at >= at && each.at < at + ms)
    const sum = of === 'calls' ? inside.length : inside.reduce((total, each) => total + each.tokens, 0)
    return Math.max(most, sum)
  }, 0)

describe('a configured rate', () => {
  it('is kept in any window, but for the burst', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1_000, max: 60_000 }),
        (perMinute, ms) => {
          const pacing = createPacing({
            configured: { interactiveShare: 0, requestsPerMinute: perMinute },
            now: START,
          })
          const sent = sendAll(pacing, 120_000, () => 0)
          const burst = Math.max(1, perMinute / 60)
          expect(mostInAnyWindow(sent, ms, 'calls')).toBeLessThanOrEqual(
            (perMinute * ms) / 60_000 + burst + 1e-6,
          )
          expect(sent.length).toBeGreaterThanOrEqual(Math.floor(perMinute * 1.9))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('of tokens is kept too, but for the burst and one request', () => {
    const pacing = createPacing({ configured: { interactiveShare: 0, tokensPerMinute: 6_000 }, now: START })
    let n = 0
    const sent = sendAll(pacing, 300_000, () => {
      n += 1
      return n % 3 === 0 ? 3_000 : 40
    })
    expect(mostInAnyWindow(sent, 60_000, 'tokens')).toBeLessThanOrEqual(6_000 + 100 + 3_000)
    const all = sent.reduce((sum, each) => sum + each.tokens, 0)
    expect(all).toBeGreaterThan(5 * 6_000 * 0.95)
  })

  it('lets a request through that is larger than the whole rate', () => {
    const pacing = createPacing({ configured: { interactiveShare: 0, tokensPerMinute: 60 }, now: START })
    expect(sendAll(pacing, 1_000_000, () => 500).length).toBeGreaterThan(1)
  })
})

describe('a rate that the provider tells', () => {
  const told = (remaining: string, reset: string) =>
    new Map([
      ['x-ratelimit-limit-requests', '60'],
      ['x-ratelimit-remaining-requests', remaining],
      ['x-ratelimit-reset-requests', reset],
    ])

  it('does not hold anyone back before it is told, and is kept from then on', () => {
    const pacing = createPacing({ configured: { interactiveShare: 0 }, now: START })
    expect(pacing.waitMs('batch', START)).toBe(0)
    pacing.learn(told('10', '50s'), START)
    const sent = sendAll(pacing, 60_000, () => 0)
    expect(sent.filter(({ at }) => at === START)).toHaveLength(10)
    expect(sent.length).toBeLessThanOrEqual(10 + 60)
    expect(pacing.learned()).toEqual({ requestsPerMinute: 60 })
  })

  it('waits for the reset when nothing is left', () => {
    const pacing = createPacing({ configured: { interactiveShare: 0 }, now: START })
    pacing.learn(told('0', '6m0s'), START)
    expect(pacing.waitMs('batch', START)).toBe(360_000)
    expect(pacing.pausedUntil(START)).toBe(START + 360_000)
    expect(pacing.waitMs('batch', START + 360_000)).toBe(0)
    expect(pacing.pausedUntil(START + 360_000)).toBeUndefined()
  })

  it('of tokens works the same', () => {
    const pacing = createPacing({ configured: { interactiveShare: 0 }, now: START })
    const headers = [
      ['x-ratelimit-remaining-tokens', '0'],
      ['x-ratelimit-reset-tokens', '120ms'],
    ] as const
    pacing.learn(new Map(headers), START)
    expect(pacing.waitMs('batch', START)).toBe(120)
  })

  it('holds beside the configured one: the lower counts', () => {
    const pacing = createPacing({ configured: { interactiveShare: 0, requestsPerMinute: 6 }, now: START })
    pacing.learn(told('60', '0s'), START)
    expect(sendAll(pacing, 60_000, () => 0).length).toBeLessThanOrEqual(7)
  })

  it('is known again after a restart', () => {
    const pacing = createPacing({
      configured: { interactiveShare: 0 },
      learned: { requestsPerMinute: 60 },
      now: START,
    })
    expect(sendAll(pacing, 60_000, () => 0).length).toBeLessThanOrEqual(120)
  })
})

it('waits as long as it was asked to, and never less for a later, shorter wish', () => {
  const pacing = createPacing({ configured: { interactiveShare: 0 }, now: START })
  pacing.pause(START + 700)
  pacing.pause(START + 300)
  expect(pacing.waitMs('batch', START)).toBe(700)
  expect(pacing.waitMs('batch', START + 700)).toBe(0)
})

describe('a configured rate that is changed', () => {
  it('holds from now on, also where there was none', () => {
    const pacing = createPacing({ configured: { interactiveShare: 0 }, now: START })
    pacing.took('batch', 10_000, START)
    pacing.adjust({ interactiveShare: 0, tokensPerMinute: 60 }, START)
    expect(pacing.waitMs('batch', START)).toBe(0)
    pacing.took('batch', 61, START)
    expect(pacing.waitMs('batch', START)).toBeGreaterThan(60_000 - 1_000)
    pacing.adjust({ interactiveShare: 0, tokensPerMinute: 6_000 }, START)
    expect(pacing.waitMs('batch', START)).toBeLessThan(1_000)
    pacing.adjust({ interactiveShare: 0 }, START)
    expect(pacing.waitMs('batch', START)).toBe(0)
  })
})
