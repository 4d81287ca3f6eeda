import { type CourseName, courses } from './courses.ts'
import { startUpstream } from './processes/simulator.ts'
import type { Figures, Runner } from './runner.ts'
import { type RunnerName, runners } from './runners/index.ts'

export type Round = ReadonlyMap<RunnerName, Figures>

export interface RaceSettings {
  readonly course: CourseName
  readonly names: readonly RunnerName[]
  readonly rounds: number
  readonly profileFolder?: string | undefined
  readonly onRound: (round: Round) => void
}

/** All runners of a course, one after the other, round after round, against one and the same provider. */
export const race = async ({ names, rounds, onRound, ...settings }: RaceSettings): Promise<Round[]> => {
  const course = courses[settings.course]
  const upstream = await startUpstream(course.upstream)
  const started = new Map<RunnerName, Runner>()
  try {
    for (const name of names) {
      started.set(name, await runners[name]({ course, upstream, profileFolder: settings.profileFolder }))
    }
    if (course.warmUp) await runRound(started, names, course.seconds)
    const measured: Round[] = []
    for (let round = 0; round < rounds; round++) {
      // There and back, so that a machine that gets slower and slower favours nobody.
      const order = round % 2 === 0 ? names : names.toReversed()
      const figures = await runRound(started, order, course.seconds)
      onRound(figures)
      measured.push(figures)
    }
    return measured
  } finally {
    for (const runner of started.values()) await runner.end()
    await upstream.end()
  }
}

const runRound = async (
  started: ReadonlyMap<RunnerName, Runner>,
  order: readonly RunnerName[],
  seconds: number,
): Promise<Round> => {
  const figures = new Map<RunnerName, Figures>()
  for (const name of order) {
    const runner = started.get(name)
    if (runner) figures.set(name, await runner.run(seconds))
  }
  return figures
}
