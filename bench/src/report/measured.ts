import type { Round } from '../race.ts'
import { type Read, type Row, reaches } from '../row.ts'
import { median } from './median.ts'

export interface Measured {
  readonly row: Row
  /** Of the medians of all rounds: a ratio of medians, not a median of ratios. */
  readonly value: number
  /** Of single rounds, the least and the most. */
  readonly spread: readonly [number, number]
  readonly passed: boolean
}

export const measured = (row: Row, rounds: readonly Round[]): Measured => {
  const value = row.value((runner, figure) => median(rounds.map((round) => readRound(round)(runner, figure))))
  const single = rounds.map((round) => row.value(readRound(round)))
  return {
    row,
    value,
    spread: [Math.min(...single), Math.max(...single)],
    passed: reaches(row, value, row.bar),
  }
}

const readRound =
  (round: Round): Read =>
  (runner, figure) => {
    const value = round.get(runner)?.[figure]
    if (value === undefined) throw new Error(`${runner} tells no ${figure}`)
    return value
  }
