import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineScanner } from './line-scanner.ts'

const scannedOf = (text: string) => {
  // A line lies somewhere in a chunk, between others.
  const before = Buffer.from('"}{"body":{"model":')
  const whole = Buffer.concat([before, Buffer.from(text), Buffer.from('"custom_id":"next"}')])
  const start = before.length
  const scanner = new LineScanner()
  // What an earlier line left behind must not matter.
  const earlier = Buffer.from('{"custom_id":"old","body":{"model":"m","a":[[[[{}]]]]}}')
  scanner.scan(earlier, 0, earlier.length)
  scanner.scan(whole, start, start + Buffer.byteLength(text))
  const slice = (from: number, to: number): string | undefined =>
    from < 0 ? undefined : whole.toString('utf8', from, to)
  return {
    id: slice(scanner.idStart, scanner.idEnd),
    body: slice(scanner.bodyStart, scanner.bodyEnd),
    model: slice(scanner.modelStart, scanner.modelEnd),
    keys: scanner.keys,
    depth: scanner.depth,
  }
}

const keysOf = (value: unknown): number => {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value).reduce((sum: number, each) => sum + keysOf(each), 0)
  return Array.isArray(value) ? inside : inside + Object.keys(value).length
}

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((each) => depthOf(each)))
    : 0

describe('the line scanner', () => {
  const names = fc.constantFrom('custom_id', 'body', 'model', 'url', 'x', 'a"b', 'model\\')
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('"', '\\', '{"model":"no"}', '":', '가나'.repeat(20), 'x\\"'.repeat(30)),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constantFrom(null, true, 1.5e3, 0),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    ),
  }))
  const request = fc.dictionary(names, value, { maxKeys: 5 })
  const indent = fc.constantFrom(undefined, 1, '\t')

  it('finds what JSON.parse finds, where it stands', () => {
    fc.assert(
      fc.property(request, indent, (given, space) => {
        const found = scannedOf(JSON.stringify(given, null, space))
        const { custom_id: id, body } = given as Record<string, unknown>
        expect(found.keys).toBe(keysOf(given))
        expect(found.depth).toBe(depthOf(given))
        expect(found.id && JSON.parse(found.id)).toEqual(typeof id === 'string' ? id : undefined)
        const isObject = typeof body === 'object' && body !== null
        expect(found.body && JSON.parse(found.body)).toEqual(isObject ? body : undefined)
        const model = isObject && !Array.isArray(body) ? (body as Record<string, unknown>).model : undefined
        expect(found.model && JSON.parse(found.model)).toEqual(typeof model === 'string' ? model : undefined)
      }),
      { numRuns: 500 },
    )
  })

  it('does not take a key for a value, nor a value for a key', () => {
    expect(scannedOf('{"x":"custom_id","custom_id":"body","body":{"a":"model","model":"m"}}')).toMatchObject({
      id: '"custom_id"'.replace('custom_id', 'body'),
      body: '{"a":"model","model":"m"}',
      model: '"m"',
    })
  })

  it('finds no member whose key is spelt with escapes', () => {
    expect(scannedOf('{"\\u0063ustom_id":"a","b\\u006fdy":{"m\\u006fdel":"m"}}')).toMatchObject({
      id: undefined,
      body: undefined,
      model: undefined,
    })
  })

  it('takes whatever bytes there are', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      'body',
      '"body"',
      '"model"',
      ' ',
      '\u00ff',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        expect(scannedOf(parts.join('')).keys).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
