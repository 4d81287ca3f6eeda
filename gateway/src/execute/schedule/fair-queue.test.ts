import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFairQueue, type FairQueue, type Source } from './fair-queue.ts'

interface Item {
  account: string
  weight: number
}

interface TestSource extends Source {
  take(): Item
}

const queueOf = () => createFairQueue<TestSource>({ quantumTokens: 100, tokensOf: (bytes) => bytes })

const sourceOf = (account: string, weights: number[], urgency = 0): TestSource => {
  const left = [...weights]
  return {
    account,
    urgency,
    nextBytes: () => left[0],
    take: () => ({ account, weight: left.shift() ?? 0 }),
  }
}

const drain = (queue: FairQueue<TestSource>): Item[] => {
  const items: Item[] = []
  for (let source = queue.next(); source; source = queue.next()) items.push(source.take())
  return items
}

describe('the fair queue', () => {
  it('hands out every item exactly once, whatever the weights', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom('a', 'b', 'c'),
            fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 20 }),
          ),
          { maxLength: 8 },
        ),
        (jobs) => {
          const queue = queueOf()
          for (const [account, weights] of jobs) queue.add(sourceOf(account, weights))
          const out = drain(queue)
          const expected = jobs.flatMap(([account, weights]) =>
            weights.map((weight) => ({ account, weight })),
          )
          const key = (item: Item) => `${item.account}:${item.weight}`
          expect(out.map(key).sort()).toEqual(expected.map(key).sort())
        },
      ),
    )
  })

  it('gives a small account its share while a large one has far more queued', () => {
    const queue = queueOf()
    queue.add(sourceOf('large', Array(1000).fill(100)))
    queue.add(sourceOf('small', Array(10).fill(100)))
    const firstThirty = drain(queue).slice(0, 30)
    expect(firstThirty.filter((item) => item.account === 'small')).toHaveLength(10)
  })

  it('counts weight, not items: accounts get equal tokens', () => {
    const queue = queueOf()
    queue.add(sourceOf('heavy', Array(100).fill(400)))
    queue.add(sourceOf('light', Array(400).fill(100)))
    const tokens = { heavy: 0, light: 0 }
    for (const item of drain(queue).slice(0, 200)) tokens[item.account as 'heavy' | 'light'] += item.weight
    expect(Math.abs(tokens.heavy - tokens.light)).toBeLessThanOrEqual(800)
  })

  it('serves the most urgent source of an account first', () => {
    const queue = queueOf()
    queue.add(sourceOf('a', [1, 1], 20))
    queue.add(sourceOf('a', [2, 2], 10))
    expect(drain(queue).map((item) => item.weight)).toEqual([2, 2, 1, 1])
  })

  it('goes on after sources leave', () => {
    const queue = queueOf()
    const gone = sourceOf('gone', [1, 1, 1])
    queue.add(gone)
    queue.add(sourceOf('stays', [5]))
    queue.next()?.take()
    queue.remove(gone)
    expect(drain(queue).some((item) => item.account === 'gone')).toBe(false)
  })
})
