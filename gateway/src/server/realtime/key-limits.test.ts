import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { NO_KEY_LIMITS } from '../../storage/operator.ts'
import { anthropicCalls } from './dialects/anthropic.ts'
import { openaiCalls } from './dialects/openai.ts'
import { createKeyLimits, type LimitedKey } from './key-limits.ts'
import { durationText } from './limit-headers.ts'

const keyOf = (limits: Partial<LimitedKey['limits']>, id = 'key_1'): LimitedKey => ({
  id,
  limits: { ...NO_KEY_LIMITS, ...limits },
})

const call = (inputTokens: number, outputTokens = 0) => ({ inputTokens, outputTokens })

const open = () => {
  const clock = createManualClock(0)
  return { clock, limits: createKeyLimits(clock, openaiCalls.showLimit) }
}

describe('a key with limits', () => {
  it('is told on each answer how it stands', () => {
    const { clock, limits } = open()
    const key = keyOf({ requestsPerMinute: 60, tokensPerMinute: 6_000 })
    const { headers, refusal } = limits.enter(key, call(100, 500))
    expect(refusal).toBeUndefined()
    expect(headers).toEqual({
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-limit-tokens': '6000',
      'x-ratelimit-remaining-tokens': '5400',
      'x-ratelimit-reset-tokens': '6s',
    })
    clock.advance(880)
    expect(limits.headers(key)).toMatchObject({
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-remaining-tokens': '5488',
    })
  })

  it('has headers of the limits that it has, and none where it has none', () => {
    const { limits } = open()
    expect(limits.enter(keyOf({}), call(1_000_000))).toMatchObject({ headers: {} })
    expect(Object.keys(limits.headers(keyOf({ tokensPerMinute: 10 }, 'key_2')))).toEqual([
      'x-ratelimit-limit-tokens',
      'x-ratelimit-remaining-tokens',
      'x-ratelimit-reset-tokens',
    ])
  })

  it('is refused the request that is one too many, and told when to come back', () => {
    const { clock, limits } = open()
    const key = keyOf({ requestsPerMinute: 3 })
    for (let made = 0; made < 3; made += 1) expect(limits.enter(key, call(1)).refusal).toBeUndefined()
    const { headers, refusal } = limits.enter(key, call(1))
    expect(refusal).toMatchObject({
      code: 'rate_limit_exceeded',
      status: 429,
      message:
        'Rate limit reached for this key on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
      details: { type: 'requests' },
    })
    expect(headers).toMatchObject({
      'retry-after': '20',
      'retry-after-ms': '20000',
      'x-ratelimit-remaining-requests': '0',
    })
    clock.advance(19_999)
    expect(limits.enter(key, call(1)).headers).toMatchObject({ 'retry-after': '1', 'retry-after-ms': '1' })
    clock.advance(1)
    expect(limits.enter(key, call(1)).refusal).toBeUndefined()
  })

  it('is refused for tokens as well; nothing is taken for what is refused', () => {
    const { limits } = open()
    const key = keyOf({ requestsPerMinute: 10, tokensPerMinute: 1_000 })
    limits.enter(key, call(900))
    const { headers, refusal } = limits.enter(key, call(200))
    expect(refusal?.message).toBe(
      'Rate limit reached for this key on tokens per min (TPM): Limit 1000, Used 900, Requested 200. Please try again in 6s.',
    )
    expect(refusal?.details).toEqual({ type: 'tokens' })
    expect(headers).toMatchObject({
      'x-ratelimit-remaining-requests': '9',
      'x-ratelimit-remaining-tokens': '100',
    })
    expect(limits.enter(key, call(100)).refusal).toBeUndefined()
  })

  it('is told of the limit that keeps it waiting for longer', () => {
    const { limits } = open()
    const key = keyOf({ requestsPerMinute: 1, tokensPerMinute: 1_000 })
    limits.enter(key, call(900))
    expect(limits.enter(key, call(200)).refusal?.details).toEqual({ type: 'requests' })
  })

  it('is told at once where no wait would help', () => {
    const { limits } = open()
    const { headers, refusal } = limits.enter(keyOf({ tokensPerMinute: 1_000 }), call(1_001))
    expect(refusal).toMatchObject({ code: 'limit_too_small', status: 400 })
    expect(refusal?.message).toContain('Limit 1000, Requested 1001. No wait helps')
    expect(headers).not.toHaveProperty('retry-after')
    expect(limits.enter(keyOf({ requestsPerMinute: 0 }, 'key_2'), call(1)).refusal).toMatchObject({
      status: 400,
    })
  })

  it('may ask for more output than a minute holds: so far it is taken', () => {
    const { limits } = open()
    const key = keyOf({ tokensPerMinute: 1_000 })
    const { headers, settle } = limits.enter(key, call(100, 100_000))
    expect(headers).toMatchObject({ 'x-ratelimit-remaining-tokens': '0' })
    settle(150)
    expect(limits.headers(key)).toMatchObject({ 'x-ratelimit-remaining-tokens': '850' })
    limits.enter(key, call(10)).settle(900)
    expect(limits.headers(key)).toMatchObject({ 'x-ratelimit-remaining-tokens': '0' })
    expect(limits.enter(key, call(1)).headers).toMatchObject({ 'retry-after-ms': '3060' })
  })

  it('does not share its limits with another key', () => {
    const { limits } = open()
    limits.enter(keyOf({ requestsPerMinute: 1 }), call(1))
    expect(limits.enter(keyOf({ requestsPerMinute: 1 }), call(1)).refusal).toBeDefined()
    expect(limits.enter(keyOf({ requestsPerMinute: 1 }, 'key_2'), call(1)).refusal).toBeUndefined()
  })

  it('has new limits as soon as they are changed, and what was spent stays spent', () => {
    const { limits } = open()
    for (let made = 0; made < 2; made += 1) limits.enter(keyOf({ requestsPerMinute: 2 }), call(1))
    expect(limits.enter(keyOf({ requestsPerMinute: 3 }), call(1)).refusal).toBeUndefined()
    expect(limits.enter(keyOf({ requestsPerMinute: 3 }), call(1)).refusal).toBeDefined()
    expect(limits.enter(keyOf({}), call(1)).refusal).toBeUndefined()
  })

  it('has them together for all that it calls, and is told in the words of each', () => {
    const clock = createManualClock(0)
    const budgets = new Map()
    const [ofOpenai, ofAnthropic] = [openaiCalls, anthropicCalls].map(({ showLimit }) =>
      createKeyLimits(clock, showLimit, budgets),
    )
    const key = keyOf({ requestsPerMinute: 2 })
    expect(ofOpenai?.enter(key, call(1)).headers).toMatchObject({ 'x-ratelimit-remaining-requests': '1' })
    expect(ofAnthropic?.enter(key, call(1)).headers).toEqual({
      'anthropic-ratelimit-requests-limit': '2',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '1970-01-01T00:01:00Z',
    })
    const { headers, refusal } = ofAnthropic?.enter(key, call(1)) ?? {}
    expect([headers?.['retry-after'], refusal?.code]).toEqual(['30', 'rate_limit_exceeded'])
    expect(ofOpenai?.enter(key, call(1)).refusal).toBeDefined()
  })

  it('is forgotten when it has been idle, and not before', () => {
    const clock = createManualClock(0)
    const remembered = new Map()
    const limits = createKeyLimits(clock, openaiCalls.showLimit, remembered)
    const key = keyOf({ requestsPerMinute: 1 })
    limits.enter(key, call(1))
    for (let other = 0; other < 500; other += 1) {
      clock.advance(119)
      limits.enter(keyOf({ tokensPerMinute: 100 }, `other_${other}`), call(other % 100))
    }
    expect(remembered.size).toBe(501)
    expect(limits.enter(key, call(1)).refusal).toBeDefined()
    clock.advance(60_000)
    limits.headers(keyOf({ tokensPerMinute: 100 }, 'the next'))
    expect([...remembered.keys()]).toEqual(['the next'])
    expect(limits.enter(key, call(1)).refusal).toBeUndefined()
  })
})

describe('a duration', () => {
  it.each([
    [0, '0ms'],
    [120, '120ms'],
    [999.2, '1s'],
    [1_000, '1s'],
    [1_001, '2s'],
    [59_999, '1m0s'],
    [360_000, '6m0s'],
    [3_661_000, '61m1s'],
  ])('of %d ms is written %s', (ms, text) => {
    expect(durationText(ms)).toBe(text)
  })
})
