import { expect, it } from 'vitest'
import { didYouMean } from './nearest.ts'

const NAMES = ['retention_days', 'items_max', 'batch-4.1', 'batch-pro', 'data']

it.each([
  ['retenion_days', 'retention_days'],
  ['itmes_max', 'items_max'],
  ['BATCH-4.1', 'batch-4.1'],
  ['dta', 'data'],
])('%s may have been meant as %s', (given, meant) => {
  expect(didYouMean(given, NAMES)).toBe(` Did you mean "${meant}"?`)
})

it('says nothing where nothing is near', () => {
  for (const given of ['webhooks', '', 'x', 'claude']) expect(didYouMean(given, NAMES)).toBe('')
  expect(didYouMean('x', [])).toBe('')
})
