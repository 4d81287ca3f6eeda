import { describe, expect, it } from 'vitest'
import type { ClaimedShard } from '../../storage/engine.ts'
import { runOf } from './shard-run.fixture.ts'

const FRESH = { cautious: false, trial: undefined, culprit: false }
const CAUTIOUS = { cautious: true, trial: undefined, culprit: false }

describe('a shard whose workers died', () => {
  it.each<
    [string, Partial<ClaimedShard>, { cautious: boolean; trial: number | undefined; culprit: boolean }]
  >([
    [
      'fewer than three times, whoever is accused',
      { crashes: 2, accused: { position: 1, deaths: 2 } },
      FRESH,
    ],
    ['three times, nobody accused', { crashes: 3 }, CAUTIOUS],
    [
      'three times, one with a request alone of its shard',
      { crashes: 3, accused: { position: 1, deaths: 1 } },
      { cautious: true, trial: 1, culprit: false },
    ],
    [
      'once more, with that request alone in the whole worker',
      { crashes: 4, accused: { position: 1, deaths: 2 } },
      { cautious: true, trial: undefined, culprit: true },
    ],
    [
      'with a request that has its answer by now',
      { crashes: 3, accused: { position: 1, deaths: 1 }, done: new Uint8Array([0b010]) },
      CAUTIOUS,
    ],
  ])('%s', (_how, more, expected) => {
    const run = runOf(more)
    const found = { cautious: run.cautious, trial: run.onTrial(), culprit: run.isCulprit(1) }
    expect(found).toEqual(expected)
  })
})

describe('a shard that was claimed with answers', () => {
  it('runs the others alone, and answers each once', () => {
    const run = runOf({ done: new Uint8Array([0b101]) })
    expect(run.unanswered()).toEqual([1])
    expect(run.remaining).toBe(1)
    expect([run.markAnswered(0), run.markAnswered(1), run.markAnswered(1)]).toEqual([false, true, false])
    expect(run.unanswered()).toEqual([])
  })

  it('leaves the bits that it was given as they were', () => {
    const done = new Uint8Array([0b001])
    runOf({ done }).markAnswered(1)
    expect([...done]).toEqual([0b001])
  })
})
