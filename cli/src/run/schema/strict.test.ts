import { expect, it } from 'vitest'
import { isStrictReady } from './strict.ts'

const closed = {
  type: 'object',
  properties: { a: { type: 'string' } },
  required: ['a'],
  additionalProperties: false,
}

it.each([
  [true, closed],
  [true, { ...closed, properties: { a: closed }, $defs: { b: closed } }],
  [true, { ...closed, properties: { a: { type: 'array', items: closed } } }],
  [false, { ...closed, required: [] }],
  [false, { ...closed, additionalProperties: true }],
  [false, { ...closed, properties: { a: { type: 'array', items: { ...closed, required: [] } } } }],
  [false, { ...closed, properties: { a: { anyOf: [closed, { type: 'object' }] } } }],
  [false, { type: 'array', items: closed }],
])('is %s for %j', (expected, schema) => {
  expect(isStrictReady(schema)).toBe(expected)
})
