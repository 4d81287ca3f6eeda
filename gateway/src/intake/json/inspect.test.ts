import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inspectJson } from './inspect.ts'

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Texts that are JSON, nearly JSON, or not at all. */
const almostJson = fc
  .tuple(
    fc.json(),
    fc.nat(),
    fc.string({ unit: fc.constantFrom(...'{}[]:,"\\u0-1.eE+tfn \n\t\u0000é'), maxLength: 2 }),
    fc.nat({ max: 2 }),
  )
  .map(([text, at, insert, drop]) => {
    const place = at % (text.length + 1)
    return text.slice(0, place) + insert + text.slice(place + drop)
  })

describe('inspectJson', () => {
  it('finds a syntax error exactly where JSON.parse refuses', () => {
    fc.assert(
      fc.property(almostJson, (text) => {
        const found = inspectJson(Buffer.from(text))
        if (found?.kind === 'duplicate_key') return
        expect(found === undefined).toBe(parses(text))
      }),
      { numRuns: 3_000 },
    )
  })

  it.each([
    ['{"a":1,"a":2}', 'a', 7],
    ['{"a":{"b":[0,{"c":1,"c":1}]}}', 'a.b[1].c', 20],
    ['{"":1,"":2}', '', 6],
  ])('names the duplicate in %s', (text, path, offset) => {
    expect(inspectJson(Buffer.from(text))).toEqual({ kind: 'duplicate_key', path, offset })
  })
})
