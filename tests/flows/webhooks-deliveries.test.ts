import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batchEnded, created } from '../support/batches.ts'
import { openGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { until } from '../support/wait.ts'
import { addWebhook, changeWebhook, deliverySeen, post, webhookNow } from '../support/webhooks.ts'

/** What becomes of events whose receiver fails: retries, order, replay, and the end of patience. */

const TASKS = { model: 'batch-4.1', tasks: [{ prompt: 'one' }] }
const EVENTS = ['batch.created', 'batch.completed']

let provider: FakeProvider
let server: TestGateway
let receiver: Receiver
let other: Receiver

const open = (webhooks: object = {}, more: Partial<TestGatewayOptions> = {}) =>
  openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      webhooks: { ...config.webhooks, allowedHosts: ['127.0.0.1'], pausesMs: [1], lookMs: 20, ...webhooks },
    }),
    ...more,
  })

beforeEach(async () => {
  provider = await startFakeProvider()
  receiver = await startReceiver()
  other = await startReceiver()
})

afterEach(async () => {
  await server.stop()
  await Promise.all([provider.close(), receiver.close(), other.close()])
})

describe('a receiver that fails in between', () => {
  it('gets the events of each batch in their order, and each of them at last', async () => {
    server = await open()
    const { id } = await addWebhook(server, { url: receiver.url, events: EVENTS })
    receiver.answerWith((_event, nth) => ({ status: nth % 3 === 0 ? 204 : 503 }))
    const batches = await Promise.all(Array.from({ length: 5 }, () => created(server, TASKS)))
    const accepted = new Map<string, string[]>()
    for (const { batch_id } of batches) {
      await until(`all of ${batch_id}`, async () => {
        await deliverySeen(
          server,
          id,
          'batch.completed',
          (each) => each.batch_id === batch_id && each.state === 'delivered',
        )
        return true
      })
      const own = receiver.received.filter(({ batch }) => batch === batch_id).map(({ type }) => type)
      accepted.set(
        batch_id,
        own.filter((type, at) => type !== own[at - 1]),
      )
    }
    expect([...accepted.values()]).toEqual(batches.map(() => EVENTS))
    const first = await deliverySeen(server, id, 'batch.created', ({ attempts }) => attempts > 1)
    expect(first.last_attempts.at(0)).toMatchObject({ status: 503, error: 'it answered 503' })
    expect(first.last_attempts.at(-1)).toMatchObject({ status: 204, error: null })
    // The body of an event is the same each time; what changes is the stamp that is signed with it.
    const repeats = receiver.received.filter((event) => event.id === first.id)
    expect(new Set(repeats.map(({ raw }) => raw)).size).toBe(1)
  })

  it('is asked again when it wants, where it says so', async () => {
    server = await open()
    const { id } = await addWebhook(server, { url: receiver.url, events: ['batch.completed'] })
    receiver.answerWith(() => ({ status: 429, headers: { 'retry-after': '600' } }))
    await batchEnded(server, (await created(server, TASKS)).batch_id)
    const { next_attempt_at } = await deliverySeen(
      server,
      id,
      'batch.completed',
      ({ attempts }) => attempts === 1,
    )
    expect(Date.parse(next_attempt_at ?? '') - Date.now()).toBeGreaterThan(300_000)
  })

  it('is followed where it moved to, with the event in hand', async () => {
    server = await open()
    receiver.answerWith(() => ({ status: 307, headers: { location: `${other.url}/moved` } }))
    await addWebhook(server, { url: receiver.url })
    const { batch_id } = await created(server, TASKS)
    const event = await other.gotType('batch.completed', batch_id)
    expect(event.path).toBe('/moved')
  })

  it('gets what happened while the server was away', async () => {
    server = await open()
    const { dataDir } = server
    await addWebhook(server, { url: receiver.url, events: EVENTS })
    receiver.answerWith(() => ({ status: 500 }))
    const { batch_id } = await created(server, TASKS)
    await batchEnded(server, batch_id)
    await receiver.gotType('batch.created')
    await server.gateway.stop(0)
    receiver.answerWith(() => ({ status: 200 }))
    server = await open({}, { dataDir })
    await receiver.gotType('batch.completed', batch_id)
  })
})

describe('an endpoint that never takes anything', () => {
  it('is disabled in the end, and its owner is told by another one', async () => {
    server = await open({ retryMs: 30 })
    const { id } = await addWebhook(server, { url: receiver.url, events: EVENTS })
    await addWebhook(server, { url: other.url, events: ['batch.failed'] })
    receiver.answerWith(() => ({ status: 500 }))
    await created(server, TASKS)
    const told = await other.gotType('webhook.disabled')
    expect(JSON.parse(told.raw).data).toMatchObject({ id, url: receiver.url, batch: null })
    const webhook = await webhookNow(server, id)
    expect(webhook).toMatchObject({ enabled: false, disabled_at: expect.any(String) })
    expect(webhook.disabled_reason).toMatch(/^no delivery has succeeded for /)
    const { state, attempts } = await deliverySeen(server, id, 'batch.created', () => true)
    expect(state).toBe('failed')
    expect(attempts).toBeGreaterThan(1)
    await deliverySeen(server, id, 'batch.completed', (each) => each.state === 'skipped')
  })

  it('is disabled at once where it says that it is gone', async () => {
    server = await open()
    const { id } = await addWebhook(server, { url: receiver.url })
    await addWebhook(server, { url: other.url, format: 'slack' })
    receiver.answerWith(() => ({ status: 410 }))
    await created(server, TASKS)
    await until('the notice', () =>
      other.received.find(({ raw }) => raw.includes('is disabled: it answered 410')),
    )
    expect(await webhookNow(server, id)).toMatchObject({ enabled: false })
    expect(receiver.received).toHaveLength(1)
  })

  it('takes again what it missed, once it is enabled and asked to', async () => {
    server = await open()
    const { id } = await addWebhook(server, { url: receiver.url, events: EVENTS })
    expect(await changeWebhook(server, id, { enabled: false })).toMatchObject({
      enabled: false,
      disabled_reason: 'disabled by its owner',
    })
    const { batch_id } = await created(server, TASKS)
    await batchEnded(server, batch_id)
    const missed = await deliverySeen(server, id, 'batch.completed', ({ state }) => state === 'skipped')
    const path = `/v1/webhooks/${id}/deliveries/${missed.id}/replay`
    const refused = await call(`${server.url}${path}`, { key: server.key, method: 'POST' })
    expect([refused.status, refused.json]).toMatchObject([400, { error: 'webhook_disabled' }])
    await changeWebhook(server, id, { enabled: true })
    await post(server, path)
    await receiver.gotType('batch.completed', batch_id)
    expect(receiver.received).toHaveLength(1)
  })
})

describe('a test', () => {
  it('sends an event that is about the endpoint alone', async () => {
    server = await open()
    const { id } = await addWebhook(server, { url: receiver.url })
    await addWebhook(server, { url: other.url })
    const sent = await post<{ id: string }>(server, `/v1/webhooks/${id}/test`)
    const event = await receiver.gotType('webhook.test')
    expect(JSON.parse(event.raw)).toMatchObject({ id: sent.id, object: 'event', data: { id } })
    await deliverySeen(server, id, 'webhook.test', ({ state }) => state === 'delivered')
    expect(other.received).toEqual([])
  })
})
