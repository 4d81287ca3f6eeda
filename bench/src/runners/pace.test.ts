import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

test('the first round is given, later ones follow the rate, in whole steps', () => {
  const pace = createPace({ first: 5_000, step: 1_000 })
  expect(pace.requestsFor(3)).toBe(5_000)
  pace.learn(2_400)
  expect(pace.requestsFor(3)).toBe(8_000)
})
