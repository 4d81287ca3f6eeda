import { expect, it } from 'vitest'
import { numberPlaceholders } from './placeholders.ts'

it.each([
  ['SELECT 1', 'SELECT 1'],
  ['a = ? AND b IN (?, ?)', 'a = $1 AND b IN ($2, $3)'],
  ["a = '?' AND b = ?", "a = '?' AND b = $1"],
  ["a = 'it''s ?' AND b = ?", "a = 'it''s ?' AND b = $1"],
])('numbers the places of %s', (text, numbered) => {
  expect(numberPlaceholders(text)).toBe(numbered)
})
