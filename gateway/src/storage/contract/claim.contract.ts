import { describe, expect, it } from 'vitest'
import { ACCOUNT, type Cases, LEASE_MS, newBatch, refOf, WINDOW_MS } from './stage.fixture.ts'

export const claimCases = ({ open, itWithClock }: Cases): void => {
  describe('claiming shards', () => {
    it('hands over all that their owner needs', async () => {
      const stage = await open()
      const { batch } = await stage.accept({ id: 'b', counts: [3] })
      await stage.join('w')
      const shard = await stage.claimOne('w')
      expect(shard).toMatchObject({
        epoch: 1,
        batch: 'b',
        account: ACCOUNT,
        dialect: 'native',
        endpoint: '/v1/chat/completions',
        model: 'batch-4.1',
        number: 0,
        count: 3,
        crashes: 0,
        accused: null,
        blob: 'inputs/b',
        template: 'template of b',
        sell: newBatch({ id: 'b' }).sell,
        windowEnd: batch.windowEnd,
        cause: null,
      })
      expect(Buffer.from(shard.index).toString()).toBe('index of b 0')
      expect([...shard.done]).toEqual([0])
      expect(shard.claimedAt).toBeGreaterThanOrEqual(batch.createdAt)
      expect(await stage.claim('w')).toEqual([])
    })

    it('takes the accounts with the fewest running shards first, however many another one has waiting', async () => {
      const stage = await open()
      await stage.accept({ id: 'big', account: 'big', counts: [1, 1, 1, 1, 1, 1], windowMs: 1_000 })
      await stage.join('w')
      expect((await stage.claim('w', 3)).map(({ account }) => account)).toEqual(['big', 'big', 'big'])
      await stage.accept({ id: 'small', account: 'small', counts: [1, 1] })
      await stage.accept({ id: 'third', account: 'third', counts: [1] })
      const next = await stage.claim('w', 5)
      // The first two ranks belong to those who have none running; `big` goes on with its fourth.
      expect(next.map(({ account }) => account)).toEqual(['small', 'third', 'small', 'big', 'big'])
    })

    it('takes the most urgent of an account first, then the oldest', async () => {
      const stage = await open()
      await stage.accept({ id: 'late', counts: [1], windowMs: WINDOW_MS })
      await stage.accept({ id: 'soon', counts: [1, 1], windowMs: WINDOW_MS / 2 })
      await stage.join('w')
      const order = (await stage.claim('w')).map(({ batch, number }) => `${batch} ${number}`)
      expect(order).toEqual(['soon 0', 'soon 1', 'late 0'])
    })

    it('gives no more than it is asked for', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [1, 1, 1] })
      await stage.join('w')
      expect(await stage.claim('w', 0)).toEqual([])
      expect(await stage.claim('w', 2)).toHaveLength(2)
      expect(await stage.claim('w', 2)).toHaveLength(1)
    })

    it('leaves models that cannot run now, but not where their batch stops', async () => {
      const stage = await open()
      await stage.accept({ id: 'shut', model: 'shut-model' })
      await stage.accept({ id: 'open', model: 'open-model' })
      await stage.accept({ id: 'stopped', model: 'shut-model' })
      await stage.tenant().stop('stopped', 'cancel')
      await stage.join('w')
      const claimed = await stage.engine.claim({
        worker: 'w',
        max: 9,
        skipModels: ['shut-model', 'x'],
        sated: [],
      })
      expect(claimed.map(({ batch, cause }) => [batch, cause])).toEqual([
        ['open', null],
        ['stopped', 'cancel'],
      ])
    })

    it('leaves accounts of which enough is at hand, but for what is more urgent, and takes those that come anew', async () => {
      const stage = await open()
      const { batch: sated } = await stage.accept({ id: 'sated', account: 'large' })
      await stage.accept({ id: 'urgent', account: 'large', windowMs: WINDOW_MS / 2 })
      await stage.accept({ id: 'other', account: 'large', model: 'other-model' })
      await stage.accept({ id: 'new', account: 'small' })
      await stage.accept({ id: 'stopped', account: 'large' })
      await stage.tenant('large').stop('stopped', 'cancel')
      await stage.join('w')
      const enough = [{ account: 'large', model: sated.model, windowEnd: sated.windowEnd }]
      const claimed = await stage.engine.claim({ worker: 'w', max: 9, skipModels: [], sated: enough })
      expect(claimed.map(({ batch }) => batch).sort()).toEqual(['new', 'other', 'stopped', 'urgent'])
    })

    it('gives a worker nothing that never joined, or that left', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      expect(await stage.claim('nobody')).toEqual([])
      await stage.join('w')
      await stage.engine.leave('w')
      expect(await stage.claim('w')).toEqual([])
    })

    itWithClock('gives a worker nothing whose lease has run out', async () => {
      const stage = await open()
      await stage.accept({ id: 'b' })
      await stage.join('w')
      stage.advance(LEASE_MS)
      expect(await stage.claim('w')).toEqual([])
    })

    it('counts the epoch of a shard up with each owner, and shows the next what is answered', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [9] })
      await stage.join('w')
      const first = await stage.claimOne('w')
      await stage.engine.release(refOf('w', first))
      const second = await stage.claimOne('w')
      expect([first.epoch, second.epoch]).toEqual([1, 2])
      expect(second.id).toBe(first.id)
    })

    it('never gives a shard to two', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: Array.from({ length: 20 }, () => 1) })
      await stage.join('w1', 'w2')
      const both = await Promise.all([stage.claim('w1', 15), stage.claim('w2', 15)])
      const ids = both.flat().map(({ id }) => id)
      expect(ids).toHaveLength(20)
      expect(new Set(ids).size).toBe(20)
    })
  })
}
