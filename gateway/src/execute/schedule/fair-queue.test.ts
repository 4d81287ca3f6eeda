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

const queueOf = (creditTokens = 0) =>
  createFairQueue<TestSource>({ creditTokens, tokensOf: (bytes) => bytes })

const sourceOf = (account: string, weights: number[], urgency = 0): TestSource => {
  const left = [...weights]
  return {
    account,
    urgency,
    nextBytes: () => left[0],
    take: () => ({ account, weight: left.shift() ?? 0 }),
  }
}

const takeMany = (queue: FairQueue<TestSource>, count: number): Item[] => {
  const items: Item[] = []
  for (let turn = queue.next(); turn; turn = items.length < count ? queue.next() : undefined)
    items.push(turn.source.take())
  return items
}

const drain = (queue: FairQueue<TestSource>): Item[] => takeMany(queue, Number.POSITIVE_INFINITY)

const tokensOf = (items: readonly Item[], account: string): number =>
  items.reduce((sum, item) => (item.account === account ? sum + item.weight : sum), 0)

const jobs = fc.array(
  fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 20 })),
  { maxLength: 8 },
)

describe('the fair queue', () => {
  it('hands out every item exactly once, whatever the weights', () => {
    fc.assert(
      fc.property(jobs, fc.integer({ min: 0, max: 2_000 }), (given, credit) => {
        const queue = queueOf(credit)
        for (const [account, weights] of given) queue.add(sourceOf(account, weights))
        const expected = given.flatMap(([account, weights]) => weights.map((weight) => ({ account, weight })))
        const key = (item: Item) => `${item.account}:${item.weight}`
        expect(drain(queue).map(key).sort()).toEqual(expected.map(key).sort())
      }),
    )
  })

  it('gives accounts that have work equal tokens, but for one item of each', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 300, maxLength: 300 })
    fc.assert(
      fc.property(weights, weights, weights, fc.nat(20_000), (a, b, c, credit) => {
        const queue = queueOf(credit)
        queue.add(sourceOf('a', a))
        queue.add(sourceOf('b', b))
        queue.add(sourceOf('c', c))
        const items = takeMany(queue, 200)
        const used = ['a', 'b', 'c'].map((account) => tokensOf(items, account))
        expect(Math.max(...used) - Math.min(...used)).toBeLessThanOrEqual(500)
      }),
    )
  })

  it('lets a small job go ahead of one that has run for long, as far as its credit reaches', () => {
    const queue = queueOf(1_000)
    queue.add(sourceOf('large', Array(1_000).fill(100)))
    takeMany(queue, 100)
    queue.add(sourceOf('small', Array(50).fill(100)))
    const items = takeMany(queue, 30)
    expect(items.slice(0, 10).map(({ account }) => account)).toEqual(Array(10).fill('small'))
    expect(tokensOf(items.slice(10), 'small')).toBe(1_000)
  })

  it('gives nobody more for coming and going', () => {
    const queue = queueOf(1_000)
    queue.add(sourceOf('stays', Array(2_000).fill(100)))
    const items: Item[] = []
    for (let visit = 0; visit < 300; visit += 1) {
      const guest = sourceOf('guest', [100])
      queue.add(guest)
      items.push(...takeMany(queue, 2))
      queue.remove(guest)
    }
    expect(Math.abs(tokensOf(items, 'guest') - tokensOf(items, 'stays'))).toBeLessThanOrEqual(1_200)
  })

  it('keeps nobody waiting for more than the credit and an item of each of the others', () => {
    const items = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 40 })
    const account = fc.constantFrom('b', 'c', 'd')
    const arrivals = fc.array(fc.tuple(account, items, fc.nat(20)), { maxLength: 40 })
    const credit = 1_500
    fc.assert(
      fc.property(arrivals, (given) => {
        const queue = queueOf(credit)
        queue.add(sourceOf('a', Array(2_000).fill(100)))
        let waited = 0
        for (const [name, weights, turns] of given) {
          queue.add(sourceOf(name, weights))
          for (const item of takeMany(queue, turns)) {
            waited = item.account === 'a' ? 0 : waited + item.weight
            expect(waited).toBeLessThanOrEqual(3 * (credit + 500) + 100)
          }
        }
      }),
    )
  })

  it('charges an account for what its items have really used', () => {
    const queue = queueOf()
    queue.add(sourceOf('wordy', Array(1_000).fill(100)))
    queue.add(sourceOf('brief', Array(1_000).fill(100)))
    const count = { wordy: 0, brief: 0 }
    for (let i = 0; i < 400; i += 1) {
      const turn = queue.next()
      const account = turn?.source.take().account === 'wordy' ? 'wordy' : 'brief'
      count[account] += 1
      if (turn) queue.used(turn, account === 'wordy' ? 300 : 100)
    }
    expect(count).toEqual({ wordy: 100, brief: 300 })
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
    queue.next()?.source.take()
    queue.remove(gone)
    queue.remove(gone)
    expect(drain(queue).map(({ account }) => account)).toEqual(['stays'])
  })
})
