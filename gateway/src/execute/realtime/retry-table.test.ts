import { expect, it } from 'vitest'
import { RETRY_TABLE } from './retry-table.ts'

const classesThat = (retry: string): string[] =>
  Object.entries(RETRY_TABLE)
    .filter(([, row]) => row.retry === retry)
    .map(([name]) => name)

it('says of every class whether it is tried again', () => {
  expect(classesThat('never')).toEqual(['bad_request', 'permission'])
  expect(classesThat('close_deployment')).toEqual(['key_refused', 'quota_exhausted', 'model_missing'])
  expect(classesThat('throttled')).toEqual(['throttled', 'aborted'])
  expect(classesThat('transient')).toHaveLength(Object.keys(RETRY_TABLE).length - 7)
})

it('lets no error of one request count against its deployment', () => {
  for (const row of Object.values(RETRY_TABLE)) {
    if (row.retry === 'transient') continue
    expect(row.countsForBreaker, row.text).toBe(false)
  }
})
