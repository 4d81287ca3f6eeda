import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, type Credits, choose } from './choose.ts'

const NOTHING_FAILED: ReadonlySet<string> = new Set()

const chooseMany = (open: readonly Candidate[], times: number, failedOn = NOTHING_FAILED): string[] => {
  let credits: Credits = new Map()
  return Array.from({ length: times }, () => {
    const choice = choose(open, failedOn, credits)
    if (!choice) throw new Error('nothing chosen')
    credits = choice.credits
    return choice.chosen.id
  })
}

const a = { id: 'a', weight: 5 }
const b = { id: 'b', weight: 1 }
const c = { id: 'c', weight: 1 }
const standby = { id: 'standby', weight: 0 }

describe('choosing a deployment', () => {
  it('is smooth', () => {
    expect(chooseMany([a, b, c], 7).join('')).toBe('aabacaa')
  })

  it('gives each its weight, whatever the weights are', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(weights, (given) => {
        const open = given.map((weight, i) => ({ id: `d${i}`, weight }))
        const sum = given.reduce((total, weight) => total + weight, 0)
        const chosen = chooseMany(open, sum)
        for (const { id, weight } of open) expect(chosen.filter((each) => each === id)).toHaveLength(weight)
      }),
    )
  })

  it('goes to the next where the request failed, and back where it failed everywhere', () => {
    expect(new Set(chooseMany([a, b, c], 20, new Set(['a'])))).toEqual(new Set(['b', 'c']))
    expect(new Set(chooseMany([a, b], 20, new Set(['a', 'b'])))).toEqual(new Set(['a', 'b']))
    expect(chooseMany([a], 2, new Set(['a']))).toEqual(['a', 'a'])
  })

  it('takes a standby only where no other is left', () => {
    expect(chooseMany([a, standby], 50)).not.toContain('standby')
    expect(chooseMany([a, standby], 2, new Set(['a']))).toEqual(['standby', 'standby'])
    expect(chooseMany([standby], 1)).toEqual(['standby'])
  })

  it('finds nothing where nothing is open', () => {
    expect(choose([], NOTHING_FAILED, new Map())).toBeUndefined()
  })

  it('leaves what it was given as it was', () => {
    const credits = new Map([['a', 3]])
    choose([a, b], NOTHING_FAILED, credits)
    expect([...credits]).toEqual([['a', 3]])
  })
})
