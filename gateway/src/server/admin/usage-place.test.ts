import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import { dayOfText, dayText, decodePlace, encodePlace } from './usage-place.ts'

describe('the place of a row of usage', () => {
  it('comes back from its id, whatever accounts and models are called', () => {
    const place = fc.record({
      day: fc.integer({ min: 0, max: 100_000 }),
      account: fc.string({ unit: 'grapheme' }),
      model: fc.string({ unit: 'grapheme' }),
      via: fc.constantFrom('batch' as const, 'real_time' as const, 'flex' as const),
    })
    fc.assert(
      fc.property(place, (given) => {
        expect(encodePlace(given)).toMatch(/^[\w-]+$/)
        expect(decodePlace(encodePlace(given))).toEqual(given)
      }),
    )
  })

  it('is refused where the id was not given out', () => {
    const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const wrong = fc.oneof(
      fc.string(),
      fc.jsonValue().map(encoded),
      fc.constant(encoded([1, 'a', 'm', 'bulk'])),
    )
    fc.assert(
      fc.property(wrong, (id) => {
        expect(() => decodePlace(id)).toThrow(ApiError)
      }),
    )
  })

  it('names its day as people do', () => {
    expect(dayText(0)).toBe('1970-01-01')
    expect(dayText(dayOfText('2026-11-27'))).toBe('2026-11-27')
  })
})
