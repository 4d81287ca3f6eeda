import { expect, it } from 'vitest'
import { openaiRates, readDuration } from './rate-headers.ts'

it.each([
  ['1s', 1_000],
  ['6m0s', 360_000],
  ['120ms', 120],
  ['1h2m3.5s', 3_723_500],
  ['1d', 86_400_000],
  ['0s', 0],
  ['8.64s', 8_640],
  ['20', 20_000],
  ['', undefined],
  ['soon', undefined],
  ['-1s', undefined],
  ['1 s', undefined],
  ['5x', undefined],
  [undefined, undefined],
])('the duration %j is %j ms', (text, ms) => {
  expect(readDuration(text)).toBe(ms)
})

it('reads what is there', () => {
  const headers = new Map(
    Object.entries({
      'x-ratelimit-limit-requests': '500',
      'x-ratelimit-remaining-requests': '499',
      'x-ratelimit-reset-requests': '120ms',
      'x-ratelimit-limit-tokens': 'many',
    }),
  )
  expect(openaiRates.read(headers, 'requests')).toEqual({ limit: 500, remaining: 499, resetMs: 120 })
  expect(openaiRates.read(headers, 'tokens')).toBeUndefined()
})
