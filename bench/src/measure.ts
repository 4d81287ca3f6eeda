import type { CourseName } from './courses.ts'
import { type Round, race } from './race.ts'
import { measured } from './report/measured.ts'
import type { Outcome } from './report/table.ts'
import type { Row } from './row.ts'

export interface MeasureSettings {
  readonly rows: readonly Row[]
  readonly rounds: number
  readonly profileFolder?: string | undefined
  readonly onRound: (course: CourseName, round: Round) => void
}

/** Every row, course by course; a course that fails takes its own rows with it and no others. */
export const measure = async ({ rows, onRound, ...settings }: MeasureSettings): Promise<Outcome[]> => {
  const outcomes = new Map<Row, Outcome>()
  for (const [course, group] of Map.groupBy(rows, (row) => row.course)) {
    const names = [...new Set(group.flatMap((row) => row.runners))]
    try {
      const rounds = await race({
        ...settings,
        course,
        names,
        onRound: (round) => onRound(course, round),
      })
      for (const row of group) outcomes.set(row, measured(row, rounds))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      for (const row of group) outcomes.set(row, { row, why })
    }
  }
  return rows.flatMap((row) => outcomes.get(row) ?? [])
}
