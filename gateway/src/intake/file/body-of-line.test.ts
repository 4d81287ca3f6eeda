import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bodyOfLine } from './body-of-line.ts'

it('puts the name of the provider in the place of ours, and leaves every other byte as it is', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('a"b', '\\', '"model"', '모델'))
  fc.assert(
    fc.property(text, text, text, text, (model, providerModel, before, behind) => {
      const head = `{ "x" : ${JSON.stringify(before)},"model" :\t`
      const tail = ` ,"y":${JSON.stringify(behind)} }`
      const body = Buffer.from(head + JSON.stringify(model) + tail)
      const composed = bodyOfLine()(body, Buffer.byteLength(head), providerModel)
      expect(composed.toString()).toBe(head + JSON.stringify(providerModel) + tail)
    }),
  )
})

it('sends the very bytes where the name is the same', () => {
  const body = Buffer.from('{"model":"m"}')
  const compose = bodyOfLine()
  expect(compose(body, 9, 'm')).toBe(body)
  expect(compose(body, 9, 'longer').toString()).toBe('{"model":"longer"}')
  expect(() => compose(body, 0, 'm')).toThrow(/byte 0/)
})
