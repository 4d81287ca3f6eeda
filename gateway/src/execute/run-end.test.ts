import { describe, expect, it } from 'vitest'
import { type RunEnd, type RunStop, runEnd } from './run-end.ts'

const TABLE: Array<[stop: RunStop | null, unanswered: number, end: RunEnd]> = [
  [null, 0, 'seal'],
  ['cancel', 0, 'seal'],
  ['deadline', 0, 'seal'],
  ['delete', 0, 'seal'],
  ['budget', 0, 'seal'],
  ['shutdown', 0, 'seal'],
  ['no_deployment', 0, 'seal'],
  ['lost', 0, 'drop'],
  ['cancel', 3, 'answer_and_seal'],
  ['deadline', 3, 'answer_and_seal'],
  ['delete', 3, 'answer_and_seal'],
  ['budget', 3, 'answer_and_seal'],
  ['shutdown', 3, 'release'],
  ['no_deployment', 3, 'release'],
  ['lost', 3, 'drop'],
]

describe('what becomes of a run', () => {
  it.each(TABLE)('stopped by %s with %i unanswered: %s', (stop, unanswered, end) => {
    expect(runEnd(stop, unanswered)).toBe(end)
  })

  it('refuses to end a run that nobody stopped while requests lack an answer', () => {
    expect(() => runEnd(null, 1)).toThrow('1 unanswered')
  })
})
