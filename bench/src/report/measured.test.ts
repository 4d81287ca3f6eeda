import { expect, test } from 'vitest'
import type { Round } from '../race.ts'
import type { Row } from '../row.ts'
import { measured } from './measured.ts'

const row: Row = {
  name: 'rate',
  what: 'gateway ÷ bare loop',
  unit: '÷',
  course: 'fullRate',
  runners: ['gateway', 'bareLoop'],
  value: (read) => read('gateway', 'rate') / read('bareLoop', 'rate'),
  better: 'more',
  bar: 0.5,
}

const round = (gateway: number, bareLoop: number): Round =>
  new Map([
    ['gateway', { rate: gateway }],
    ['bareLoop', { rate: bareLoop }],
  ])

test('a ratio of medians, which is not the median of the ratios', () => {
  const rounds = [round(10, 10), round(20, 100), round(30, 40)]
  const { value, spread, passed } = measured(row, rounds)
  expect(value).toBe(20 / 40)
  expect(spread).toEqual([0.2, 1])
  expect(passed).toBe(true)
})

test('the bar is an upper one where less is better', () => {
  expect(measured({ ...row, better: 'less' }, [round(60, 100)]).passed).toBe(false)
  expect(measured({ ...row, better: 'less' }, [round(50, 100)]).passed).toBe(true)
})

test('a figure that a runner does not tell is an error, not a zero', () => {
  const rows: Row = { ...row, value: (read) => read('bareLoop', 'rowsPerThousand') }
  expect(() => measured(rows, [round(1, 1)])).toThrow('bareLoop tells no rowsPerThousand')
})
