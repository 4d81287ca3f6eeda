import { describe, expect, it } from 'vitest'
import type { UsageRow } from '../usage.ts'
import type { Cases, Stage } from './stage.fixture.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

export const usageRow = (more: Partial<UsageRow> = {}): UsageRow => ({
  account: 'acme',
  apiKey: 'key-1',
  model: 'gpt-4.1',
  tier: 'list',
  calls: 3,
  failed: 1,
  usage: { promptTokens: 10, cachedTokens: 4, cacheWriteTokens: 3, completionTokens: 5, reasoningTokens: 2 },
  estimated: 1,
  costUnknown: 0,
  charge: 100n,
  listCharge: 100n,
  cost: 60n,
  waste: 7n,
  ...more,
})

const FREE = { charge: 0n, listCharge: 0n, cost: 0n, waste: 0n }

/** What `n` rows as above come to. */
const posted = (n: bigint) => ({
  'account:acme:available': -100n * n,
  revenue: 100n * n,
  'expense:provider': 60n * n,
  'expense:waste': 7n * n,
  'payable:provider': -67n * n,
})

/** Records groups under numbers of its own. */
const recorderOf = (stage: Stage, recorder = 'r') => {
  let number = 0
  return async (...rows: UsageRow[]): Promise<void> => {
    number += 1
    expect(await stage.engine.recordUsage({ recorder, number, rows })).toEqual({ kind: 'recorded' })
  }
}

export const usageCases = ({ open, itWithClock }: Cases): void => {
  describe('usage of real-time calls', () => {
    it('counts at once as spent by its key, and is posted only when its hour is over', async () => {
      const stage = await open()
      const record = recorderOf(stage)
      await record(usageRow(), usageRow({ model: 'gpt-4.1-mini' }), usageRow({ apiKey: 'key-2', charge: 9n }))
      await record(usageRow({ tier: 'batch' }))
      expect(await stage.keys.spentByKey('key-1')).toBe(300n)
      expect(await stage.keys.spentByKey('key-2')).toBe(9n)
      expect(await stage.keys.spentByKey('key-3')).toBe(0n)
      expect(await stage.balances()).toEqual({})
      expect(await stage.findings()).toEqual([])
    })

    it('is recorded once, however often its group is repeated', async () => {
      const stage = await open()
      const group = { recorder: 'r', number: 2, rows: [usageRow()] }
      expect(await stage.engine.recordUsage(group)).toEqual({ kind: 'recorded' })
      expect(await stage.engine.recordUsage(group)).toEqual({ kind: 'repeated' })
      expect(await stage.engine.recordUsage({ ...group, number: 1 })).toEqual({ kind: 'repeated' })
      expect(await stage.keys.spentByKey('key-1')).toBe(100n)
      expect(await stage.engine.recordUsage({ ...group, recorder: 'other' })).toEqual({ kind: 'recorded' })
      expect(await stage.engine.recordUsage({ ...group, number: 3 })).toEqual({ kind: 'recorded' })
      expect(await stage.keys.spentByKey('key-1')).toBe(300n)
      expect(await stage.findings()).toEqual([])
    })

    itWithClock('is posted once for each account and hour, with all that it came to', async () => {
      const stage = await open()
      const record = recorderOf(stage)
      await record(usageRow(), usageRow({ model: 'gpt-4.1-mini', apiKey: 'key-2' }))
      stage.advance(60_000)
      await record(usageRow())
      await record(usageRow({ account: 'other', apiKey: 'key-3', charge: 1n, cost: 2n, waste: 0n }))
      expect(await stage.engine.postUsage(10)).toBe(0)
      stage.advance(HOUR_MS)
      await record(usageRow({ charge: 5_000n }))
      expect(await stage.engine.postUsage(10)).toBe(2)
      expect(await stage.engine.postUsage(10)).toBe(0)
      expect(await stage.audit.audit()).toMatchObject({ postings: 2, findings: [] })
      expect(await stage.balances()).toEqual({
        ...posted(3n),
        'account:other:available': -1n,
        revenue: 301n,
        'expense:provider': 182n,
        'payable:provider': -203n,
      })
    })

    itWithClock('is posted so many hours at a time, the oldest first', async () => {
      const stage = await open()
      const record = recorderOf(stage)
      for (const charge of [1n, 20n, 300n]) {
        await record(usageRow({ ...FREE, charge }))
        stage.advance(HOUR_MS)
      }
      expect(await stage.engine.postUsage(2)).toBe(2)
      expect(await stage.balances()).toMatchObject({ revenue: 21n })
      expect(await stage.engine.postUsage(2)).toBe(1)
      expect(await stage.balances()).toMatchObject({ revenue: 321n })
      expect(await stage.findings()).toEqual([])
    })

    itWithClock('that came to nothing has no posting, and is looked at once', async () => {
      const stage = await open()
      await recorderOf(stage)(usageRow(FREE))
      stage.advance(HOUR_MS)
      expect(await stage.engine.postUsage(10)).toBe(1)
      expect(await stage.engine.postUsage(10)).toBe(0)
      expect(await stage.audit.audit()).toMatchObject({ postings: 0, findings: [] })
    })

    itWithClock(
      'of an hour that was posted has a posting of its own: what is posted never changes',
      async () => {
        const stage = await open()
        const record = recorderOf(stage)
        await record(usageRow())
        stage.advance(HOUR_MS)
        for (const rows of [1n, 2n, 3n]) {
          expect(await stage.engine.postUsage(10)).toBe(1)
          expect(await stage.balances()).toEqual(posted(rows))
          expect(await stage.findings()).toEqual([])
          // The clock goes back into the very same minute, twice within one posting.
          stage.advance(-HOUR_MS)
          await record(usageRow({ charge: 40n, cost: 20n, waste: 3n }))
          await record(usageRow({ charge: 60n, cost: 40n, waste: 4n }))
          stage.advance(HOUR_MS)
        }
        expect(await stage.audit.audit()).toMatchObject({ postings: 3, findings: [] })
      },
    )

    it('has its number forgotten when a process begins alone', async () => {
      const stage = await open()
      const group = { recorder: 'r', number: 1, rows: [usageRow()] }
      await stage.engine.recordUsage(group)
      await stage.join('w')
      expect(await stage.engine.recordUsage(group)).toEqual({ kind: 'repeated' })
      await stage.engine.join('w2', { leaseMs: 1_000, alone: true })
      expect(await stage.engine.recordUsage(group)).toEqual({ kind: 'recorded' })
    })

    for (const how of ['leaves', 'dies']) {
      itWithClock(
        `has its number forgotten a day after its recorder was heard of, once a worker ${how}`,
        async () => {
          const stage = await open()
          const group = { recorder: 'r', number: 1, rows: [usageRow()] }
          const goes = async (): Promise<void> => {
            await stage.engine.join('w', { leaseMs: 1, alone: false })
            stage.advance(1)
            if (how === 'leaves') await stage.engine.leave('w')
            else await stage.engine.fence()
          }
          await stage.engine.recordUsage(group)
          stage.advance(DAY_MS - 2)
          await goes()
          expect(await stage.engine.recordUsage(group)).toEqual({ kind: 'repeated' })
          await goes()
          expect(await stage.engine.recordUsage(group)).toEqual({ kind: 'recorded' })
        },
      )
    }
  })
}
