import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Hours, isWithin } from './hours.ts'

const at = (written: string): number => Date.parse(written)

const OFFICE: Hours = {
  utcOffsetMinutes: 480,
  weekdays: new Set([1, 2, 3, 4, 5]),
  except: new Set(['2026-10-01']),
  spans: [
    { from: 9 * 60, until: 12 * 60 },
    { from: 14 * 60, until: 18 * 60 },
  ],
}

describe('hours of the week', () => {
  it.each([
    ['a Friday morning in Beijing', '2026-11-27T01:00:00Z', true],
    ['the minute before', '2026-11-27T00:59:59Z', false],
    ['noon, where a span has ended', '2026-11-27T04:00:00Z', false],
    ['the last minute of the afternoon', '2026-11-27T09:59:59Z', true],
    ['the evening', '2026-11-27T10:00:00Z', false],
    ['a Saturday', '2026-11-28T02:00:00Z', false],
    ['a Sunday', '2026-11-29T02:00:00Z', false],
    ['a holiday', '2026-10-01T02:00:00Z', false],
    ['the Thursday on which 1970 began', '1970-01-01T02:00:00Z', true],
  ])('hold or not: %s', (_, written, holds) => {
    expect(isWithin(OFFICE, at(written))).toBe(holds)
  })

  it('are those of the zone, whose day may be another one', () => {
    const hours: Hours = { ...OFFICE, utcOffsetMinutes: 540, spans: [{ from: 0, until: 60 }] }
    // Monday in Seoul, and still Sunday in Greenwich.
    expect(isWithin(hours, at('2026-11-29T15:30:00Z'))).toBe(true)
    expect(isWithin(hours, at('2026-11-27T15:30:00Z'))).toBe(false)
  })

  it('repeat each week', () => {
    const moment = fc.integer({ min: at('2026-10-05T00:00:00Z'), max: at('2027-09-20T00:00:00Z') })
    fc.assert(fc.property(moment, (ms) => isWithin(OFFICE, ms) === isWithin(OFFICE, ms + 7 * 86_400_000)))
  })
})
