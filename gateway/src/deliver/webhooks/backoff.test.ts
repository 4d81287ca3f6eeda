import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_WEBHOOKS } from '../../config/default-limits.ts'
import { askedPauseMs, pauseMs } from './backoff.ts'

const { pausesMs } = DEFAULT_WEBHOOKS
const MIDDLE = { random: { next: () => 0.5 }, askedMs: 0 }

describe('the pause after a failure', () => {
  it('grows from seconds to hours, and stays there', () => {
    const seconds = Array.from({ length: 11 }, (_, tries) => pauseMs(tries, pausesMs, MIDDLE) / 1_000)
    expect(seconds).toEqual([5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800, 28_800])
  })

  it('is a fifth longer or shorter at the most, so that those who failed together come apart', () => {
    fc.assert(
      fc.property(fc.nat(12), fc.double({ min: 0, max: 0.999, noNaN: true }), (tries, chance) => {
        const pause = pausesMs[tries] ?? 28_800_000
        const jittered = pauseMs(tries, pausesMs, { random: { next: () => chance }, askedMs: 0 })
        expect(jittered).toBeGreaterThanOrEqual(Math.floor(pause * 0.8))
        expect(jittered).toBeLessThanOrEqual(Math.ceil(pause * 1.2))
      }),
    )
  })

  it('is longer where the receiver asks for it, up to an hour', () => {
    expect(pauseMs(0, pausesMs, { ...MIDDLE, askedMs: 60_000 })).toBe(60_000)
    expect(pauseMs(0, pausesMs, { ...MIDDLE, askedMs: 86_400_000 })).toBe(3_600_000)
    expect(pauseMs(4, pausesMs, { ...MIDDLE, askedMs: 60_000 })).toBe(1_800_000)
  })
})

it.each([
  [undefined, 0],
  ['', 0],
  ['7', 7_000],
  [' 120 ', 120_000],
  ['-5', 0],
  ['soon', 0],
  ['Thu, 01 Jan 1970 00:20:00 GMT', 200_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
])('reads Retry-After: %s', (header, ms) => {
  expect(askedPauseMs(header, 1_000_000)).toBe(ms)
})
