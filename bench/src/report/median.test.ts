import { expect, test } from 'vitest'
import { median } from './median.ts'

test('the middle one of an odd number, whatever their order', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([100, 20, 3])).toBe(20)
})

test('the mean of the two in the middle of an even number', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('nothing has no median', () => {
  expect(() => median([])).toThrow('no median')
})
