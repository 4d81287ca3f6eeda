import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anthropicRates } from '../../provider/anthropic/rate-headers.ts'
import { openaiRates } from '../../provider/openai/rate-headers.ts'
import { tokensIn } from './gate.fixture.ts'
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
    pacing.took('batch', tokensIn(count), now)
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
            rates: openaiRates,
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
    const pacing = createPacing({
      rates: openaiRates,
      configured: { interactiveShare: 0, tokensPerMinute: 6_000 },
      now: START,
    })
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
    const pacing = createPacing({
      rates: openaiRates,
      configured: { interactiveShare: 0, tokensPerMinute: 60 },
      now: START,
    })
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
    const pacing = createPacing({ rates: openaiRates, configured: { interactiveShare: 0 }, now: START })
    expect(pacing.waitMs('batch', START)).toBe(0)
    pacing.learn(told('10', '50s'), START)
    const sent = sendAll(pacing, 60_000, () => 0)
    expect(sent.filter(({ at }) => at === START)).toHaveLength(10)
    expect(sent.length).toBeLessThanOrEqual(10 + 60)
    expect(pacing.learned()).toEqual({ requestsPerMinute: 60 })
  })

  it('waits for the reset when nothing is left', () => {
    const pacing = createPacing({ rates: openaiRates, configured: { interactiveShare: 0 }, now: START })
    pacing.learn(told('0', '6m0s'), START)
    expect(pacing.waitMs('batch', START)).toBe(360_000)
    expect(pacing.pausedUntil(START)).toBe(START + 360_000)
    expect(pacing.waitMs('batch', START + 360_000)).toBe(0)
    expect(pacing.pausedUntil(START + 360_000)).toBeUndefined()
  })

  it('of tokens works the same', () => {
    const pacing = createPacing({ rates: openaiRates, configured: { interactiveShare: 0 }, now: START })
    const headers = [
      ['x-ratelimit-remaining-tokens', '0'],
      ['x-ratelimit-reset-tokens', '120ms'],
    ] as const
    pacing.learn(new Map(headers), START)
    expect(pacing.waitMs('batch', START)).toBe(120)
  })

  it('holds beside the configured one: the lower counts', () => {
    const pacing = createPacing({
      rates: openaiRates,
      configured: { interactiveShare: 0, requestsPerMinute: 6 },
      now: START,
    })
    pacing.learn(told('60', '0s'), START)
    expect(sendAll(pacing, 60_000, () => 0).length).toBeLessThanOrEqual(7)
  })

  it('is known again after a restart', () => {
    const pacing = createPacing({
      rates: openaiRates,
      configured: { interactiveShare: 0 },
      learned: { requestsPerMinute: 60 },
      now: START,
    })
    expect(sendAll(pacing, 60_000, () => 0).length).toBeLessThanOrEqual(120)
  })
})

describe('rates that the provider tells of each side by itself', () => {
  const told = (what: string, limit: number, remaining: number) => [
    [`anthropic-ratelimit-${what}-limit`, String(limit)],
    [`anthropic-ratelimit-${what}-remaining`, String(remaining)],
    [`anthropic-ratelimit-${what}-reset`, '2026-11-27T08:01:00Z'],
  ]
  const headers = (...rates: string[][][]) =>
    new Map(
      [['date', 'Fri, 27 Nov 2026 08:00:00 GMT'], ...rates.flat()].map(([name = '', value = '']) => [
        name,
        value,
      ]),
    )
  const open = () => createPacing({ configured: { interactiveShare: 0 }, rates: anthropicRates, now: START })

  it('are kept both, by what a call takes of each', () => {
    const fromOneToAThousand = fc.integer({ min: 1, max: 1_000 })
    fc.assert(
      fc.property(fromOneToAThousand, fromOneToAThousand, (input, output) => {
        const pacing = open()
        pacing.learn(
          headers(told('input-tokens', 50_000, 50_000), told('output-tokens', 8_000, 8_000)),
          START,
        )
        let calls = 0
        for (let now = START; now < START + 120_000; ) {
          const wait = Math.ceil(pacing.waitMs('batch', now))
          now += wait
          if (wait > 0) continue
          pacing.took('batch', { input, output }, now)
          calls += 1
          if (calls > 120_000) break
        }
        const most = (limit: number, each: number) => (3 * limit) / each + 1
        const bound = Math.min(most(50_000, input), most(8_000, output))
        expect(calls).toBeLessThanOrEqual(bound)
        // The other limit takes nothing away, and a call may be larger than what is left.
        expect(calls).toBeGreaterThanOrEqual(Math.min(bound * 0.8, 120_000) - 2)
      }),
      { numRuns: 30 },
    )
  })

  it('wait for the reset of the one of which nothing is left', () => {
    const pacing = open()
    pacing.learn(headers(told('input-tokens', 50_000, 40_000), told('output-tokens', 8_000, 0)), START)
    expect(pacing.pausedUntil(START)).toBe(START + 60_000)
  })

  it('are known again after a restart', () => {
    const pacing = open()
    pacing.learn(headers(told('input-tokens', 50_000, 1), told('output-tokens', 8_000, 1)), START)
    const learned = pacing.learned()
    expect(learned).toEqual({ inputTokensPerMinute: 50_000, outputTokensPerMinute: 8_000 })
    const again = createPacing({
      configured: { interactiveShare: 0 },
      learned,
      rates: anthropicRates,
      now: START,
    })
    expect(again.learned()).toEqual(learned)
    again.took('batch', { input: 1, output: 9_000 }, START)
    expect(again.waitMs('batch', START)).toBeGreaterThan(0)
  })
})

it('learns nothing from a provider whose headers tell nothing', () => {
  const pacing = createPacing({ configured: { interactiveShare: 0 }, now: START })
  pacing.learn(
    new Map([
      ['x-ratelimit-remaining-requests', '0'],
      ['x-ratelimit-reset-requests', '6m0s'],
    ]),
    START,
  )
  expect(pacing.waitMs('batch', START)).toBe(0)
})

it('waits as long as it was asked to, and never less for a later, shorter wish', () => {
  const pacing = createPacing({ rates: openaiRates, configured: { interactiveShare: 0 }, now: START })
  pacing.pause(START + 700)
  pacing.pause(START + 300)
  expect(pacing.waitMs('batch', START)).toBe(700)
  expect(pacing.waitMs('batch', START + 700)).toBe(0)
})

describe('a configured rate that is changed', () => {
  it('holds from now on, also where there was none', () => {
    const pacing = createPacing({ rates: openaiRates, configured: { interactiveShare: 0 }, now: START })
    pacing.took('batch', tokensIn(10_000), START)
    pacing.adjust({ interactiveShare: 0, tokensPerMinute: 60 }, START)
    expect(pacing.waitMs('batch', START)).toBe(0)
    pacing.took('batch', tokensIn(61), START)
    expect(pacing.waitMs('batch', START)).toBeGreaterThan(60_000 - 1_000)
    pacing.adjust({ interactiveShare: 0, tokensPerMinute: 6_000 }, START)
    expect(pacing.waitMs('batch', START)).toBeLessThan(1_000)
    pacing.adjust({ interactiveShare: 0 }, START)
    expect(pacing.waitMs('batch', START)).toBe(0)
  })
})
