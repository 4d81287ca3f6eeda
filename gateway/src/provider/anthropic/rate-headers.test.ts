import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RateUnit } from '../rates.ts'
import { anthropicRates } from './rate-headers.ts'

const DATE = 'Fri, 27 Nov 2026 08:00:00 GMT'

const read = (unit: RateUnit, headers: Readonly<Record<string, string>>) =>
  anthropicRates.read(
    new Map(Object.entries({ date: DATE, ...headers }).map(([name, value]) => [name, value])),
    unit,
  )

const told = (what: string, [limit, remaining, reset]: readonly [string, string, string]) => ({
  [`anthropic-ratelimit-${what}-limit`]: limit,
  [`anthropic-ratelimit-${what}-remaining`]: remaining,
  [`anthropic-ratelimit-${what}-reset`]: reset,
})

describe('the headers of an answer tell', () => {
  it.each([
    ['requests', 'requests'],
    ['inputTokens', 'input-tokens'],
    ['outputTokens', 'output-tokens'],
    ['tokens', 'tokens'],
  ] as const)('%s', (unit, what) => {
    const headers = told(what, ['4000', '3999', '2026-11-27T08:00:30Z'])
    expect(read(unit, headers)).toEqual({ limit: 4_000, remaining: 3_999, resetMs: 30_000 })
    expect(read(unit, {})).toBeUndefined()
  })

  it('tokens as a whole only until the sides are told, and then when nothing is left', () => {
    const sides = told('input-tokens', ['50000', '40000', '2026-11-27T08:00:10Z'])
    const left = told('tokens', ['10000', '9000', '2026-11-27T08:00:20Z'])
    const none = told('tokens', ['10000', '0', '2026-11-27T08:00:20Z'])
    expect(read('tokens', left)).toEqual({ limit: 10_000, remaining: 9_000, resetMs: 20_000 })
    expect(read('tokens', { ...sides, ...left })).toBeUndefined()
    expect(read('tokens', { ...sides, ...none })).toEqual({ remaining: 0, resetMs: 20_000 })
  })

  it.each([
    ['2026-11-27T08:00:00Z', 0],
    ['2026-11-27T07:59:00Z', 0],
    ['2026-11-27T09:00:01.5+01:00', 1_500],
    ['soon', undefined],
  ])('that a rate is whole again at %s', (reset, ms) => {
    expect(read('requests', told('requests', ['9', '0', reset]))?.resetMs).toBe(ms)
  })

  it('nothing of when, where the answer has no date to measure it against', () => {
    const headers = { ...told('requests', ['9', '0', '2026-11-27T08:00:30Z']), date: 'today' }
    expect(read('requests', headers)).toEqual({ limit: 9, remaining: 0 })
  })

  it('no figure that is none, whatever they say', () => {
    const text = fc.oneof(fc.string(), fc.nat().map(String), fc.date({ noInvalidDate: true }).map(String))
    fc.assert(
      fc.property(fc.tuple(text, text, text), fc.constantFrom(...anthropicRates.units), (values, unit) => {
        const what = unit.replace('Tokens', '-tokens')
        const { limit = 0, remaining = 0, resetMs = 0 } = read(unit, told(what, values)) ?? {}
        for (const figure of [limit, remaining, resetMs]) expect(figure).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
