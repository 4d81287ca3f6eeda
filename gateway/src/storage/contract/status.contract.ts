import { describe, expect, it } from 'vitest'
import { answer, type Cases, CHARGE, COST } from './stage.fixture.ts'

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

export const statusCases = ({ open }: Cases): void => {
  describe('what an operator sees', () => {
    it('says that the store answers', async () => {
      const { engine } = await open()
      await expect(engine.ping()).resolves.toBeUndefined()
    })

    it('counts what waits by model, and what runs', async () => {
      const stage = await open()
      expect(await stage.engine.queue()).toEqual({ waiting: [], runningShards: 0, journalBytes: 0 })
      await stage.join('w')
      await stage.accept({ id: 'first', counts: [3, 4] })
      await stage.accept({ id: 'second', account: 'other', counts: [2], model: 'gpt-4.1' })
      expect((await stage.engine.queue()).waiting).toEqual([
        { model: 'batch-4.1', shards: 2, requests: 7 },
        { model: 'gpt-4.1', shards: 1, requests: 2 },
      ])
      const shards = await stage.claim('w', 2)
      const [shard] = shards
      if (!shard) throw new Error('nothing was claimed')
      await stage.append('w', shard.id, [answer(0)])
      const { waiting, runningShards, journalBytes } = await stage.engine.queue()
      expect(waiting.reduce((sum, { shards: count }) => sum + count, 0)).toBe(1)
      expect(runningShards).toBe(2)
      expect(journalBytes).toBeGreaterThan(answer(0).line.length)
      for (const each of shards) await stage.finish('w', each)
      expect(await stage.engine.queue()).toMatchObject({ runningShards: 0, journalBytes: 0 })
    })

    it('tells what an ended batch came to, and nothing of one that runs', async () => {
      const stage = await open()
      await stage.join('w')
      await stage.accept({ id: 'b', counts: [2], more: { trace: TRACE } })
      expect(await stage.engine.ended('b')).toBeUndefined()
      expect(await stage.engine.ended('none')).toBeUndefined()
      await stage.finish('w', await stage.claimOne('w'))
      expect(await stage.engine.ended('b')).toMatchObject({
        account: 'acme',
        outcome: 'completed',
        counts: { total: 2, succeeded: 2, failed: 0, expired: 0, cancelled: 0 },
        charge: 2n * CHARGE,
        cost: 2n * COST,
        waste: 0n,
        trace: TRACE,
      })
    })
  })

  describe('a trace context', () => {
    it('comes to whoever claims a shard, as often as it is claimed', async () => {
      const stage = await open()
      await stage.join('w', 'v')
      await stage.accept({ id: 'b', counts: [1], more: { trace: TRACE } })
      const shard = await stage.claimOne('w')
      expect(shard.trace).toBe(TRACE)
      await stage.engine.leave('w')
      expect((await stage.claimOne('v')).trace).toBe(TRACE)
    })
  })
}
