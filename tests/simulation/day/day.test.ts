import { describe, expect, it } from 'vitest'
import { broken } from './promises.ts'
import { simulateDay } from './simulate-day.ts'

const seeds = process.env.SHEEPFOLD_TEST_LONG === '1' ? 20 : 1

describe('a day of batches of all sizes, with people who ask now and then', () => {
  it.each(Array.from({ length: seeds }, (_, place) => place + 1))(
    'is shared fairly between accounts and lanes, and nobody starves (seed %i)',
    async (seed) => {
      const day = await simulateDay(seed)
      expect(broken(day)).toEqual([])
      const requests = day.plan.orders.reduce((sum, { items }) => sum + items.length, 0)
      expect(day.diary.answered).toHaveLength(requests)
    },
  )

  it('is the very same day again with the same seed', async () => {
    const [first, second] = [await simulateDay(7), await simulateDay(7)]
    expect(second.diary).toEqual(first.diary)
  })
})
