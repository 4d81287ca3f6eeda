import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import type { QueueStatus, StatusStore } from '../../storage/status.ts'
import { createMetrics } from './metrics.ts'

const QUEUE: QueueStatus = {
  waiting: [{ model: 'gpt-4.1', shards: 2, requests: 1_500 }],
  runningShards: 3,
  journalBytes: 77,
}

const open = (queue: StatusStore['queue']) => {
  const clock = createManualClock()
  const metrics = createMetrics({
    store: { queue },
    clock,
    loop: {
      delays: () => ({ mean: 0, p99: 0, max: 0 }),
      time: () => ({ active: 1, idle: 2 }),
    },
  })
  const live = {
    load: () => new Map(),
    runs: () => 0,
    unacknowledged: () => 0,
    routes: { reports: () => [] },
  }
  return { clock, metrics, scrape: async () => (await metrics.expose(live)).text }
}

describe('a scrape', () => {
  it('has what waits in the store, which counts it every 5 s at most', async () => {
    let looks = 0
    const { clock, scrape } = open(async () => {
      looks += 1
      return QUEUE
    })
    const texts = await Promise.all([scrape(), scrape()])
    clock.advance(4_999)
    texts.push(await scrape())
    expect(looks).toBe(1)
    for (const text of texts) {
      expect(text).toContain('sheepfold_queue_requests{state="waiting",model="gpt-4.1"} 1500\n')
      expect(text).toContain('sheepfold_shards{state="running"} 3\n')
      expect(text).toContain('sheepfold_journal_bytes 77\n')
    }
    clock.advance(1)
    await scrape()
    expect(looks).toBe(2)
  })

  it('leaves out what a store that hangs or refuses does not tell, and has all the rest', async () => {
    const { clock, scrape } = open(() => new Promise(() => undefined))
    const hanging = scrape()
    clock.advance(2_000)
    const refused = open(() => Promise.reject(new Error('the store is away')))
    for (const text of [await hanging, await refused.scrape()]) {
      expect(text).not.toMatch(/^sheepfold_(shards|journal_bytes)[ {]/m)
      expect(text).toContain('# TYPE sheepfold_shards gauge')
      expect(text).toContain('sheepfold_event_loop_seconds_total{state="active"} 1\n')
    }
  })

  it('writes money as a plain number of USD, from integers', async () => {
    const { metrics, scrape } = open(async () => QUEUE)
    const { spending } = metrics.counts.realtime.models.of('gpt-4.1')
    spending.waste = 9_007_199_254_740_993n
    expect(await scrape()).toContain(
      'sheepfold_waste_usd_total{model="gpt-4.1",source="call"} 9007199.254740993\n',
    )
  })

  it('says of the process when it began, the same each time', async () => {
    const { clock, scrape } = open(async () => QUEUE)
    const startOf = (text: string): string | undefined => /process_start_time_seconds (\S+)/.exec(text)?.[1]
    const first = startOf(await scrape())
    clock.advance(12_345)
    expect(startOf(await scrape())).toBe(first)
  })
})
