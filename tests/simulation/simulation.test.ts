import { describe, expect, it } from 'vitest'
import { type Run, simulate } from './simulate.ts'

const { SHEEPFOLD_SEED, SHEEPFOLD_SEEDS, SHEEPFOLD_TEST_LONG } = process.env

const SEEDS = Number(SHEEPFOLD_SEEDS ?? (SHEEPFOLD_TEST_LONG === '1' ? 20_000 : 500))
/** So many in one test: a run that goes wrong is told of early, and a slow machine shows progress. */
const SEEDS_AT_ONCE = 50

/** What all seeds together must have met, or else they prove less than they seem to. */
const MET = [
  'append repeated',
  'batch cancelled',
  'batch completed',
  'batch expired',
  'create sent again',
  'doubt append',
  'doubt claim',
  'doubt seal',
  'fenced with a shard',
  'paused beyond its lease',
  'poison',
  'purged',
]

const expectKept = ({ seed, violations }: Run): void => {
  if (violations.length === 0) return
  throw new Error(
    `seed ${seed} breaks a promise:\n${violations.slice(0, 10).join('\n')}\n` +
      `Replay it with SHEEPFOLD_SEED=${seed} npx vitest run tests/simulation`,
  )
}

describe.runIf(SHEEPFOLD_SEED !== undefined)(`seed ${SHEEPFOLD_SEED}`, () => {
  it('keeps every promise', async () => {
    expectKept(await simulate(Number(SHEEPFOLD_SEED), (line) => process.stdout.write(line)))
  })
})

describe.skipIf(SHEEPFOLD_SEED !== undefined)('the whole system in virtual time', () => {
  it.each([1, 7, 23])('replays seed %i exactly', async (seed) => {
    const first = await simulate(seed)
    const second = await simulate(seed)
    expect(second.events).toBe(first.events)
    expect(second.hash).toBe(first.hash)
  })

  const met = new Map<string, number>()
  for (let first = 1; first <= SEEDS; first += SEEDS_AT_ONCE) {
    const last = Math.min(SEEDS, first + SEEDS_AT_ONCE - 1)
    it(`keeps every promise with the seeds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed += 1) {
        const run = await simulate(seed)
        for (const [name, count] of run.marks) met.set(name, (met.get(name) ?? 0) + count)
        expectKept(run)
      }
    })
  }

  it.skipIf(SEEDS < 500)('has met what it is meant to stand', () => {
    expect(MET.filter((name) => !met.has(name))).toEqual([])
  })
})
