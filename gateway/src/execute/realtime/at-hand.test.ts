import { describe, expect, it } from 'vitest'
import { createAtHand } from './at-hand.ts'
import { runOf } from './shard-run.fixture.ts'

/** A shard of three requests, none of them started. */
const REQUESTS = 3
const MODEL = 'batch-4.1'
const OTHER_MODEL = 'batch-flash-3.5'

/** A gate that claims ahead so many requests. */
const open = (ahead: number) => createAtHand(() => ahead / 4)

const run = (account: string, windowEnd = 1_000, model = MODEL) => runOf({ account, windowEnd, model })

describe('what a claim should bring', () => {
  it('is anything at first, and nothing more of an account once enough of it is at hand', () => {
    const atHand = open(2 * REQUESTS)
    expect(atHand.enough()).toEqual({ skipModels: [], sated: [] })
    atHand.add(run('a'))
    expect(atHand.enough().sated).toEqual([])
    const second = run('a')
    atHand.add(second)
    expect(atHand.enough().sated).toEqual([{ account: 'a', model: MODEL, windowEnd: 1_000 }])
    atHand.remove(second)
    expect(atHand.enough().sated).toEqual([])
  })

  it('is still the first shard of an account that comes anew, and its part of the whole from then on', () => {
    const atHand = open(4 * REQUESTS)
    for (let i = 0; i < 4; i += 1) atHand.add(run('large'))
    const sated = () => atHand.enough().sated.map(({ account }) => account)
    expect(sated()).toEqual(['large'])
    atHand.add(run('small'))
    expect(sated()).toEqual(['large'])
    atHand.add(run('small'))
    expect(sated()).toEqual(['large', 'small'])
    expect(atHand.appetite()).toBe(0)
  })

  it('is what is more urgent than all of its account that is at hand', () => {
    const atHand = open(REQUESTS)
    atHand.add(run('a', 5_000))
    expect(atHand.enough().sated).toEqual([{ account: 'a', model: MODEL, windowEnd: 5_000 }])
    atHand.add(run('a', 2_000))
    expect(atHand.enough().sated).toEqual([{ account: 'a', model: MODEL, windowEnd: 2_000 }])
  })

  it('is of each model apart', () => {
    const atHand = open(REQUESTS)
    atHand.add(run('a'))
    atHand.add(run('b', 1_000, OTHER_MODEL))
    expect(atHand.enough().sated.map(({ account, model }) => `${account} ${model}`)).toEqual([
      `a ${MODEL}`,
      `b ${OTHER_MODEL}`,
    ])
    expect([...atHand.models()]).toEqual([MODEL, OTHER_MODEL])
  })

  it('is nothing more of a model that has enough, where memory would grow with the accounts', () => {
    const atHand = open(REQUESTS)
    for (let i = 0; i < 200; i += 1) atHand.add(run(`account ${i}`))
    expect(atHand.enough()).toEqual({ skipModels: [MODEL], sated: [] })
  })
})

describe('a run that runs low', () => {
  it('is told of once, whatever else of its account is at hand', () => {
    const atHand = open(REQUESTS + 1)
    const first = run('a')
    const second = run('a')
    atHand.add(first)
    atHand.add(second)
    expect([atHand.runsLow(first), atHand.runsLow(first), atHand.runsLow(second)]).toEqual([
      true,
      false,
      true,
    ])
  })

  it('is not told of while it has enough of its own', () => {
    const atHand = open(REQUESTS)
    const only = run('a')
    atHand.add(only)
    expect(atHand.runsLow(only)).toBe(false)
  })
})
