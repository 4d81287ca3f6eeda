import { describe, expect, it } from 'vitest'
import type { DueDelivery } from '../deliveries.ts'
import type { Cases, Stage } from './stage.fixture.ts'
import { addWebhook, attemptOf, deliverAll, dueNames, dueNow, ROUND_MS } from './webhook.fixture.ts'

const FAILED = { kind: 'failed', retryMs: 60_000 } as const

const firstDue = async (stage: Stage): Promise<DueDelivery> => {
  const [first] = await dueNow(stage)
  if (!first) throw new Error('nothing is due')
  return first
}

const stateOf = async (stage: Stage, webhook: string, event: string) =>
  (await stage.tenant().deliveries(webhook, { limit: 99 })).find(({ id }) => id === event)

export const deliveryCases = ({ open, itWithClock }: Cases): void => {
  describe('what is due', () => {
    it('is the first event of each batch; others of other batches go beside it', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'b' })
      await stage.accept({ id: 'c' })
      expect((await dueNames(stage)).sort()).toEqual(['hook batch.created', 'hook batch.created'])
      expect((await deliverAll(stage)).sort()).toEqual([
        'hook batch.completed',
        'hook batch.created',
        'hook batch.created',
      ])
    })

    it('leaves out what is on its way, with all of its batch, and accounts that have enough', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await addWebhook(stage, 'theirs', { account: 'other' })
      await stage.run({ id: 'b' })
      await stage.accept({ id: 'c', account: 'other' })
      const sent = (await dueNow(stage)).filter(({ endpoint }) => endpoint === 'hook')
      expect((await dueNow(stage, sent)).map(({ endpoint }) => endpoint)).toEqual(['theirs'])
      const order = { max: 9, skipAccounts: ['other'], onTheWay: [] }
      expect((await stage.deliveries.due(order)).map(({ endpoint }) => endpoint)).toEqual(['hook'])
      expect(await stage.deliveries.due({ ...order, max: 0 })).toEqual([])
    })

    itWithClock('waits after a failure, and keeps the later events of the batch waiting', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'b' })
      await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
      expect(await dueNow(stage)).toEqual([])
      stage.advance(59_999)
      expect(await dueNow(stage)).toEqual([])
      stage.advance(1)
      expect(await deliverAll(stage)).toEqual(['hook batch.created', 'hook batch.completed'])
    })

    itWithClock('is due with the one that it waits for, and at once when that one has ended', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.accept({ id: 'batch_b', counts: [1] })
      await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
      await stage.join('w')
      await stage.finish('w', await stage.claimOne('w'))
      const nextOf = async (event: string) => (await stateOf(stage, 'hook', event))?.nextAt
      expect(await nextOf('evt_b_completed')).toBe(await nextOf('evt_b_created'))
      stage.advance(60_000)
      await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
      expect(await nextOf('evt_b_completed')).toBe(await nextOf('evt_b_created'))
      await stage.tenant().replay('hook', 'evt_b_created')
      expect(await deliverAll(stage)).toEqual(['hook batch.created', 'hook batch.completed'])
    })

    itWithClock(
      'keeps its own time where it was tried before the one in front of it was sent again',
      async () => {
        const stage = await open()
        await addWebhook(stage, 'hook')
        await stage.run({ id: 'batch_b' })
        await stage.deliveries.record(attemptOf(await firstDue(stage), { kind: 'delivered' }))
        await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
        await stage.tenant().replay('hook', 'evt_b_created')
        expect(await deliverAll(stage)).toEqual(['hook batch.created'])
        stage.advance(60_000)
        expect(await deliverAll(stage)).toEqual(['hook batch.completed'])
      },
    )
  })

  describe('a delivery', () => {
    it('is listed with its attempts, the newest event first', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.run({ id: 'batch_b' })
      await stage.deliveries.record(attemptOf(await firstDue(stage), { kind: 'failed', retryMs: 0 }))
      await stage.deliveries.record(attemptOf(await firstDue(stage), { kind: 'delivered' }))
      const [newest] = await stage.tenant().deliveries('hook', { limit: 1 })
      expect(newest).toMatchObject({ id: 'evt_b_completed', state: 'pending', attempts: 0, log: [] })
      const [oldest] = await stage.tenant().deliveries('hook', { limit: 9, after: newest?.id })
      expect(oldest).toMatchObject({
        id: 'evt_b_created',
        type: 'batch.created',
        batch: 'batch_b',
        state: 'delivered',
        attempts: 2,
        log: [
          { ms: 5, status: null, error: 'it failed' },
          { ms: 5, status: null, error: null },
        ],
        nextAt: null,
      })
    })

    it('keeps its last attempts alone', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook', { events: ['batch.created'] })
      await stage.accept({ id: 'batch_b' })
      for (let at = 0; at < 25; at += 1) {
        const attempt = attemptOf(await firstDue(stage), { kind: 'failed', retryMs: 0 })
        await stage.deliveries.record({ ...attempt, attempt: { ms: at, status: 500, error: 'x' } })
      }
      const delivery = await stateOf(stage, 'hook', 'evt_b_created')
      expect(delivery?.attempts).toBe(25)
      expect(delivery?.log.map(({ ms }) => ms)).toEqual(Array.from({ length: 20 }, (_, at) => at + 5))
      expect(await firstDue(stage)).toMatchObject({ tries: 25 })
    })

    itWithClock('is tried a last time at the end of its round, and then given up', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook', { events: ['batch.created'] })
      await stage.accept({ id: 'batch_b' })
      await stage.deliveries.record(
        attemptOf(await firstDue(stage), { kind: 'failed', retryMs: 2 * ROUND_MS }),
      )
      stage.advance(ROUND_MS - 6)
      expect(await dueNow(stage)).toEqual([])
      stage.advance(1)
      await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
      expect(await stateOf(stage, 'hook', 'evt_b_created')).toMatchObject({ state: 'failed', nextAt: null })
    })

    it('can be sent once more by hand, as often as one likes', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook', { events: ['batch.created'] })
      await stage.accept({ id: 'batch_b' })
      await deliverAll(stage)
      for (let time = 0; time < 2; time += 1) {
        expect(await stage.tenant().replay('hook', 'evt_b_created')).toMatchObject({ state: 'pending' })
        expect(await deliverAll(stage)).toEqual(['hook batch.created'])
      }
      expect(await stateOf(stage, 'hook', 'evt_b_created')).toMatchObject({ state: 'delivered', attempts: 3 })
      expect(await stage.tenant().replay('hook', 'evt_none')).toBeUndefined()
      expect(await stage.tenant().replay('none', 'evt_b_created')).toBeUndefined()
    })

    it('of a test goes to its endpoint alone', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await addWebhook(stage, 'other')
      const test = { eventId: 'evt_t', data: '{"id":"hook"}', keptMs: 0 }
      expect(await stage.tenant().testWebhook('hook', test)).toMatchObject({ id: 'evt_t', batch: null })
      expect(await deliverAll(stage)).toEqual(['hook webhook.test'])
      expect(await stage.deliveries.forgetEvents(9)).toBe(1)
    })

    it('that was removed meanwhile is recorded nowhere', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.accept({ id: 'b' })
      const sent = await firstDue(stage)
      await stage.tenant().removeWebhook('hook')
      expect(await stage.deliveries.record(attemptOf(sent, { kind: 'gone' }))).toEqual({ disabled: null })
    })
  })

  describe('an endpoint', () => {
    it('is disabled by the answer that it is gone, and its owner is told elsewhere', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await addWebhook(stage, 'other', { events: ['batch.failed'] })
      await addWebhook(stage, 'stranger', { account: 'else' })
      await stage.run({ id: 'batch_b' })
      const { disabled } = await stage.deliveries.record(attemptOf(await firstDue(stage), { kind: 'gone' }))
      expect(disabled).toMatchObject({
        endpoint: 'hook',
        account: 'acme',
        reason: expect.stringMatching('410'),
      })
      expect(await stage.tenant().webhook('hook')).toMatchObject({ disabled: { reason: disabled?.reason } })
      expect(await stateOf(stage, 'hook', 'evt_b_completed')).toMatchObject({ state: 'skipped' })
      const [notice] = await dueNow(stage)
      expect(notice).toMatchObject({ endpoint: 'other', event: { type: 'webhook.disabled' } })
      expect(JSON.parse(notice?.event.data ?? '')).toMatchObject({ id: 'hook', reason: disabled?.reason })
      expect(await deliverAll(stage)).toEqual(['other webhook.disabled'])
    })

    itWithClock('is disabled once nothing succeeded for a whole round', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook', { events: ['batch.created'] })
      await stage.accept({ id: 'batch_b' })
      await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
      expect(await stage.tenant().webhook('hook')).toMatchObject({ failingSince: expect.any(Number) })
      await stage.accept({ id: 'batch_c' })
      stage.advance(ROUND_MS)
      const [first] = (await dueNow(stage)).filter(({ event }) => event.id === 'evt_b_created')
      if (!first) throw new Error('the first event is due')
      const { disabled } = await stage.deliveries.record(attemptOf(first, FAILED))
      expect(disabled).toMatchObject({ reason: 'no delivery has succeeded for 24 h' })
      expect(await stateOf(stage, 'hook', 'evt_c_created')).toMatchObject({ state: 'skipped' })
      expect(await dueNow(stage)).toEqual([])
    })

    itWithClock('stays where another event got through meanwhile', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook', { events: ['batch.created'] })
      await stage.accept({ id: 'batch_b' })
      await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
      await stage.accept({ id: 'batch_c' })
      stage.advance(1)
      await stage.deliveries.record(attemptOf(await firstDue(stage), { kind: 'delivered' }))
      expect(await stage.tenant().webhook('hook')).toMatchObject({ failingSince: null })
      stage.advance(ROUND_MS)
      const receipt = await stage.deliveries.record(attemptOf(await firstDue(stage), FAILED))
      expect(receipt).toEqual({ disabled: null })
      expect(await stateOf(stage, 'hook', 'evt_b_created')).toMatchObject({ state: 'failed' })
    })

    it('that its owner disabled keeps what it missed for later', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.accept({ id: 'batch_b' })
      const onItsWay = await firstDue(stage)
      await stage.tenant().changeWebhook('hook', { enabled: false })
      await stage.accept({ id: 'batch_c' })
      expect(await dueNow(stage)).toEqual([])
      await stage.deliveries.record(attemptOf(onItsWay, FAILED))
      expect(await stage.tenant().replay('hook', 'evt_c_created')).toBe('disabled')
      const test = { eventId: 'evt_t', data: '{}', keptMs: 1 }
      expect(await stage.tenant().testWebhook('hook', test)).toBe('disabled')
      for (const event of ['evt_b_created', 'evt_c_created']) {
        expect(await stateOf(stage, 'hook', event)).toMatchObject({ state: 'skipped' })
      }
      const enabled = await stage.tenant().changeWebhook('hook', { enabled: true })
      expect(enabled).toMatchObject({ disabled: null, failingSince: null })
      expect(await dueNow(stage)).toEqual([])
      expect(await stage.tenant().replay('hook', 'evt_c_created')).toMatchObject({ state: 'pending' })
      expect(await deliverAll(stage)).toEqual(['hook batch.created'])
    })

    it('that took an event while it was being disabled has it', async () => {
      const stage = await open()
      await addWebhook(stage, 'hook')
      await stage.accept({ id: 'batch_b' })
      const onItsWay = await firstDue(stage)
      await stage.tenant().changeWebhook('hook', { enabled: false })
      await stage.deliveries.record(attemptOf(onItsWay, { kind: 'delivered' }))
      expect(await stateOf(stage, 'hook', 'evt_b_created')).toMatchObject({ state: 'delivered' })
    })
  })
}
