import { describe, expect, it } from 'vitest'
import { createTrials, type Tried } from './trials.ts'

const run = (accused: number | undefined): Tried & { inFlight: number } => ({
  inFlight: 0,
  claimed: { accused: accused === undefined ? null : { position: accused, deaths: 1 } },
  onTrial: () => accused,
})

const started = (...runs: Tried[]) => {
  const shut = new Set<Tried>()
  const trials = createTrials<Tried>({
    inFlight: () => runs.reduce((sum, { inFlight }) => sum + inFlight, 0),
    couldStart: (each) => !shut.has(each),
  })
  for (const each of runs) trials.add(each)
  return { trials, shut }
}

describe('a trial', () => {
  it('starts when nothing else is in flight, and lets nothing else start before', () => {
    const [accused, other] = [run(3), run(undefined)]
    const { trials } = started(accused, other)
    other.inFlight = 1
    expect(trials.allows(accused)).toBe(false)
    expect(trials.allows(other)).toBe(false)
    other.inFlight = 0
    expect(trials.allows(accused)).toBe(true)
  })

  it('holds the others off even while its own call is what fills the gate', () => {
    const [accused, other] = [run(3), run(undefined)]
    const { trials, shut } = started(accused, other)
    accused.inFlight = 1
    shut.add(accused)
    expect(trials.allows(other)).toBe(false)
  })

  it('holds nobody off while it could not start', () => {
    const [accused, other] = [run(3), run(undefined)]
    const { trials, shut } = started(accused, other)
    shut.add(accused)
    expect(trials.allows(other)).toBe(true)
    expect(trials.allows(accused)).toBe(false)
  })

  it('comes one after another', () => {
    const [first, second] = [run(3), run(0)]
    const { trials } = started(first, second)
    expect(trials.allows(second)).toBe(false)
    trials.survived(first, 3)
    expect(trials.allows(second)).toBe(true)
  })

  it('is over with the call of the accused, and not with that of another request', () => {
    const [accused, other] = [run(3), run(undefined)]
    const { trials } = started(accused, other)
    trials.survived(accused, 2)
    expect(trials.allows(other)).toBe(false)
    trials.survived(accused, 3)
    expect(trials.allows(other)).toBe(true)
  })

  it('is forgotten with its run', () => {
    const [accused, other] = [run(3), run(undefined)]
    const { trials } = started(accused, other)
    trials.remove(accused)
    trials.remove(accused)
    expect(trials.allows(other)).toBe(true)
  })

  it('is none where nobody is accused, however much is in flight', () => {
    const [one, other] = [run(undefined), run(undefined)]
    const { trials } = started(one, other)
    one.inFlight = 5
    other.inFlight = 5
    expect([trials.allows(one), trials.allows(other)]).toEqual([true, true])
  })
})
