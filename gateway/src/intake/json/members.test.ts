import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memberSpans } from './members.ts'

describe('memberSpans', () => {
  it('finds the bytes of every member', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 })
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2, '\r\n\t'), (value, indent) => {
        const bytes = Buffer.from(JSON.stringify(value, null, indent))
        const spans = memberSpans(bytes)
        const read = [...spans].map(([key, { start, end }]) => [
          key,
          JSON.parse(bytes.toString('utf8', start, end)),
        ])
        expect(read).toEqual(Object.entries(JSON.parse(bytes.toString())))
      }),
    )
  })

  it('decodes escaped keys, and reads an object within other bytes', () => {
    const bytes = Buffer.from('[{"\\u0061\\"" : [1, 2] , "b":"x"}, 3]')
    const spans = memberSpans(bytes, { start: 1, end: bytes.length - 4 })
    const texts = [...spans].map(([key, { start, end }]) => [key, bytes.toString('utf8', start, end)])
    expect(texts).toEqual([
      ['a"', '[1, 2]'],
      ['b', '"x"'],
    ])
  })
})
