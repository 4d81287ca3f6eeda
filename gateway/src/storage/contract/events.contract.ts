import { describe, expect, it } from 'vitest'
import { ACCOUNT, type Cases, newBatch, refOf, type Stage, unanswered, WINDOW_MS } from './stage.fixture.ts'
import { addWebhook, batchWebhook, deliverAll, dueNow } from './webhook.fixture.ts'

/** What one endpoint of the account is told, without the endpoint's name. */
const told = async (stage: Stage): Promise<string[]> =>
  (await deliverAll(stage)).map((name) => name.split(' ')[1] ?? '')

const sealUnanswered = async (stage: Stage, kind: 'cancelled' | 'expired'): Promise<void> => {
  const shard = await stage.claimOne('w')
  await stage.append('w', shard.id, [unanswered(0, kind)])
  await stage.engine.seal(refOf('w', shard))
}

export const eventCases = ({ open, itWithClock }: Cases): void => {
  describe('the events of a batch', () => {
    it('tell that it was created and that it completed, once each', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'b', counts: [1, 1] })
      await stage.accept({ id: 'b', counts: [1, 1] })
      expect(await told(stage)).toEqual(['batch.created', 'batch.completed'])
    })

    it('tell of a cancel, once, and of what came of it', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.accept({ id: 'b', counts: [1] })
      await stage.join('w')
      await stage.tenant().stop('b', 'cancel')
      await stage.tenant().stop('b', 'cancel')
      await sealUnanswered(stage, 'cancelled')
      expect(await told(stage)).toEqual(['batch.created', 'batch.cancelling', 'batch.cancelled'])
    })

    itWithClock('tell of an expired one', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.accept({ id: 'b', counts: [1] })
      stage.advance(WINDOW_MS)
      await stage.join('w')
      await stage.engine.tick('w')
      await sealUnanswered(stage, 'expired')
      expect(await told(stage)).toEqual(['batch.created', 'batch.expired'])
    })

    it('tell of one whose input is refused', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      const batch = newBatch({ id: 'b', counts: [], hold: 0n, more: { errors: '[]', sell: '{}' } })
      await stage.tenant().accept(batch, { kind: 'refused' })
      expect(await told(stage)).toEqual(['batch.created', 'batch.failed'])
    })

    it('are not made of a create that came to nothing', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.tenant().accept(newBatch({ id: 'b' }), { kind: 'file', file: 'file-gone' })
      expect(await told(stage)).toEqual([])
    })

    it('end with the deletion of the batch; those before it are still told', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.accept({ id: 'b', counts: [1] })
      await stage.join('w')
      await stage.tenant().remove('b')
      await sealUnanswered(stage, 'cancelled')
      expect(await told(stage)).toEqual(['batch.created'])
    })

    it('hold the facts of their moment', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook', { events: ['batch.created', 'batch.completed'] })
      await stage.run({ id: 'batch_b', counts: [2] })
      const [created] = await dueNow(stage)
      expect(created?.event).toMatchObject({ id: 'evt_b_created', type: 'batch.created' })
      expect(JSON.parse(created?.event.data ?? '')).toEqual({
        id: 'batch_b',
        status: 'in_progress',
        request_counts: { total: 2, completed: 0, failed: 0, expired: 0, cancelled: 0 },
        cost: { currency: 'USD', batch: '0.00', real_time: '0.00', saved: '0.00' },
      })
      await stage.deliveries.record({
        delivery: { endpoint: 'hook', seq: created?.seq ?? 0 },
        attempt: { ms: 1, status: 200, error: null },
        outcome: { kind: 'delivered' },
        roundMs: 1,
        notice: { eventId: 'evt_n', keptMs: 1 },
      })
      const [completed] = await dueNow(stage)
      expect(JSON.parse(completed?.event.data ?? '')).toMatchObject({
        id: 'batch_b',
        status: 'completed',
        request_counts: { total: 2, completed: 2, failed: 0, expired: 0, cancelled: 0 },
        cost: { currency: 'USD', batch: '0.0000002', real_time: '0.0000004', saved: '0.0000002' },
      })
    })
  })

  describe('who is told of a batch', () => {
    it('is the account by all its endpoints that asked for it, and nobody else', async () => {
      const stage = await open()
      await addWebhook(stage, 'all')
      await addWebhook(stage, 'ends', { events: ['batch.completed'] })
      await addWebhook(stage, 'failures', { events: ['batch.failed', 'batch.expired'] })
      await addWebhook(stage, 'stranger', { account: 'other' })
      await stage.run({ id: 'b' })
      expect((await deliverAll(stage)).sort()).toEqual([
        'all batch.completed',
        'all batch.created',
        'ends batch.completed',
      ])
    })

    it('is the endpoint that the batch brought along, of this batch alone', async () => {
      const stage = await open()
      await stage.run({ id: 'b', more: { webhook: batchWebhook('own', { events: ['batch.completed'] }) } })
      await stage.run({ id: 'c' })
      expect(await stage.tenant().batch('b')).toMatchObject({ webhook: { id: 'own', batch: 'b' } })
      expect(await stage.tenant().batch('c')).toMatchObject({ webhook: null })
      expect(await deliverAll(stage)).toEqual(['own batch.completed'])
      expect(await stage.tenant().webhooks({ limit: 9 })).toEqual([])
      expect(await stage.tenant().webhook('own')).toMatchObject({ id: 'own' })
      expect(await stage.tenant('other').webhook('own')).toBeUndefined()
    })
  })

  describe('an old event', () => {
    it('is forgotten with its batch, once it is on its way to nobody', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'b', more: { webhook: batchWebhook('own') } })
      expect(await stage.deliveries.forgetEvents(9)).toBe(0)
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      expect(await stage.deliveries.forgetEvents(9)).toBe(0)
      await deliverAll(stage)
      expect(await stage.deliveries.forgetEvents(1)).toBe(1)
      expect(await stage.tenant().webhook('own')).toBeDefined()
      expect(await stage.deliveries.forgetEvents(9)).toBe(1)
      expect(await stage.deliveries.forgetEvents(9)).toBe(0)
      expect(await stage.tenant().deliveries('hook', { limit: 9 })).toEqual([])
      expect(await stage.tenant().webhook('own')).toBeUndefined()
      expect(await stage.tenant().webhook('hook')).toBeDefined()
    })

    it('does not wait for an endpoint that is no more', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'b' })
      await stage.tenant().remove('b')
      await stage.engine.purged('b')
      await stage.tenant(ACCOUNT).removeWebhook('hook')
      expect(await stage.deliveries.forgetEvents(9)).toBe(2)
    })
  })
}
