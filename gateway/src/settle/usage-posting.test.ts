import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import { createUsagePosting } from './usage-posting.ts'

const MINUTE_MS = 60_000

const open = (answers: Array<number | Error>) => {
  const clock = createManualClock()
  const asked: number[] = []
  const tick = createUsagePosting({
    clock,
    store: {
      async postUsage(max) {
        asked.push(max)
        const answer = answers.shift() ?? 0
        if (answer instanceof Error) throw answer
        return answer
      },
    },
  })
  return { clock, asked, tick }
}

describe('the posting of usage', () => {
  it('is looked for at the first tick, and then once a minute, however many ticks there are', async () => {
    const { clock, asked, tick } = open([])
    for (let second = 0; second < 120; second += 1) {
      await tick()
      clock.advance(1_000)
    }
    expect(asked).toHaveLength(2)
  })

  it('goes on at the next tick while more may be due', async () => {
    const { asked, tick } = open([50, 50, 3])
    for (let index = 0; index < 5; index += 1) await tick()
    expect(asked).toHaveLength(3)
  })

  it('is tried again at the next tick where the store refuses', async () => {
    const { clock, asked, tick } = open([new Error('away'), 0])
    await expect(tick()).rejects.toThrow('away')
    await tick()
    await tick()
    expect(asked).toHaveLength(2)
    clock.advance(MINUTE_MS)
    await tick()
    expect(asked).toHaveLength(3)
  })
})
