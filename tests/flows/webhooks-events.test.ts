import OpenAI from 'openai'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { batchEnded, created } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { chatLines, ended, openaiOf, submit, upload } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { type ReceivedEvent, type Receiver, startReceiver } from '../support/receiver.ts'
import { until } from '../support/wait.ts'
import { addWebhook, deliverySeen, post, type WebhookJson } from '../support/webhooks.ts'

/** What a receiver of webhooks gets, and that it can trust it. */

const ALL = [
  'batch.created',
  'batch.cancelling',
  'batch.completed',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
]
const TASKS = { model: 'batch-4.1', tasks: [{ prompt: 'one' }, { prompt: 'two' }] }

let provider: FakeProvider
let server: TestGateway
let receiver: Receiver

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      intake: { ...config.intake, windowSecondsMin: 1 },
      execute: { ...config.execute, stopDrainMs: 0 },
      webhooks: { ...config.webhooks, allowedHosts: ['127.0.0.1'], pausesMs: [1], lookMs: 20 },
    }),
  })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

afterEach(async () => {
  provider.open()
  provider.refuse()
  const { json } = await call(`${server.url}/v1/webhooks`, { key: server.key })
  for (const { id } of (json as { data: WebhookJson[] }).data) {
    await call(`${server.url}/v1/webhooks/${id}`, { key: server.key, method: 'DELETE' })
  }
  await receiver.close()
})

const hooked = async (more: object = {}): Promise<WebhookJson> => {
  receiver = await startReceiver()
  return addWebhook(server, { url: `${receiver.url}/hook`, events: ALL, ...more })
}

const typesOf = (batch: string): string[] =>
  receiver.received.filter((event) => event.batch === batch).map(({ type }) => type)

const told = async (batch: string, last: string): Promise<string[]> => {
  await receiver.gotType(last, batch)
  return typesOf(batch)
}

const verified = (secret: string, { raw, headers }: ReceivedEvent): unknown =>
  new Webhook(secret).verify(raw, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  })

describe('the events of a native batch', () => {
  it('tell of its completion, with the facts of that moment', async () => {
    await hooked()
    provider.refuse('two')
    const { batch_id } = await created(server, TASKS)
    expect(await told(batch_id, 'batch.completed')).toEqual(['batch.created', 'batch.completed'])
    const batch = await batchEnded(server, batch_id)
    const event = await receiver.gotType('batch.completed', batch_id)
    expect(JSON.parse(event.raw)).toEqual({
      id: event.headers['webhook-id'],
      object: 'event',
      created_at: expect.any(Number),
      type: 'batch.completed',
      data: {
        id: batch_id,
        status: 'completed',
        request_counts: { total: 2, completed: 1, failed: 1, expired: 0, cancelled: 0 },
        cost: {
          currency: 'USD',
          batch: batch.cost.batch,
          real_time: expect.stringMatching(/^0\.0/),
          saved: expect.stringMatching(/^0\.0/),
        },
      },
    })
  })

  it('tell of a cancel and what came of it', async () => {
    await hooked()
    provider.hold()
    const { batch_id } = await created(server, TASKS)
    await provider.waiting(2)
    await post(server, `/v1/batches/${batch_id}/cancel`)
    expect(await told(batch_id, 'batch.cancelled')).toEqual([
      'batch.created',
      'batch.cancelling',
      'batch.cancelled',
    ])
  })

  it('tell that its time ran out', async () => {
    await hooked()
    provider.hold()
    const { batch_id } = await created(server, { ...TASKS, window_seconds: 1 })
    expect(await told(batch_id, 'batch.expired')).toEqual(['batch.created', 'batch.expired'])
  })

  it('come only as they were asked for: the ends, where nothing was said', async () => {
    receiver = await startReceiver()
    await addWebhook(server, { url: receiver.url })
    await addWebhook(server, { url: `${receiver.url}/failures`, events: ['batch.failed'] })
    const { batch_id } = await created(server, TASKS)
    await batchEnded(server, batch_id)
    expect(await told(batch_id, 'batch.completed')).toEqual(['batch.completed'])
  })
})

describe("the events of a batch in OpenAI's dialect", () => {
  it('tell of its completion', async () => {
    await hooked()
    const openai = openaiOf(server)
    const batch = await submit(openai, chatLines(3))
    expect(await told(batch.id, 'batch.completed')).toEqual(['batch.created', 'batch.completed'])
    expect((await ended(openai, batch)).status).toBe('completed')
  })

  it('tell of a refused file', async () => {
    await hooked()
    const batch = await submit(openaiOf(server), [...chatLines(1), 'no JSON'])
    expect(await told(batch.id, 'batch.failed')).toEqual(['batch.created', 'batch.failed'])
  })

  it('tell of a cancel', async () => {
    await hooked()
    provider.hold()
    const openai = openaiOf(server)
    const batch = await submit(openai, chatLines(2))
    await provider.waiting(2)
    await openai.batches.cancel(batch.id)
    expect(await told(batch.id, 'batch.cancelled')).toEqual([
      'batch.created',
      'batch.cancelling',
      'batch.cancelled',
    ])
  })
})

describe('a signature', () => {
  it('is good for the library of Standard Webhooks and for the official client', async () => {
    const { secret } = await hooked()
    const { batch_id } = await created(server, TASKS)
    const event = await receiver.gotType('batch.completed', batch_id)
    expect(verified(secret, event)).toMatchObject({ type: 'batch.completed', data: { id: batch_id } })
    expect(() => verified(`whsec_${Buffer.alloc(32).toString('base64')}`, event)).toThrow(
      'No matching signature',
    )
    expect(() => verified(secret, { ...event, raw: event.raw.replace('2', '3') })).toThrow(
      'No matching signature',
    )
    const client = new OpenAI({ apiKey: 'none', webhookSecret: secret })
    const headers = new Headers(Object.entries(event.headers).map(([name, value]) => [name, String(value)]))
    const unwrapped = await client.webhooks.unwrap(event.raw, headers)
    expect(unwrapped).toMatchObject({ type: 'batch.completed', data: { id: batch_id } })
  })

  it('is also made with the old secret for a day after a new one', async () => {
    const { id, secret } = await hooked()
    const rotated = await post<WebhookJson>(server, `/v1/webhooks/${id}/rotate`)
    expect(rotated.secret).not.toBe(secret)
    const { batch_id } = await created(server, TASKS)
    const event = await receiver.gotType('batch.completed', batch_id)
    for (const each of [secret, rotated.secret]) {
      expect(verified(each, event)).toMatchObject({ data: { id: batch_id } })
    }
  })

  it('is made with a secret that the receiver brought', async () => {
    const secret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
    expect((await hooked({ secret })).secret).toBe(secret)
    const { batch_id } = await created(server, TASKS)
    expect(verified(secret, await receiver.gotType('batch.completed', batch_id))).toBeDefined()
  })
})

describe('a webhook of one batch', () => {
  it('is told of this batch alone, signed with the secret of the account', async () => {
    receiver = await startReceiver()
    const { batch_id } = await created(server, { ...TASKS, webhook: `${receiver.url}/own` })
    await created(server, TASKS)
    const event = await receiver.gotType('batch.completed', batch_id)
    const { json } = await call(`${server.url}/v1/webhooks/secret`, { key: server.key })
    const { secret } = json as { secret: string }
    expect(verified(secret, event)).toMatchObject({ data: { id: batch_id } })
    expect(await batchEnded(server, batch_id)).toMatchObject({
      webhook: { url: `${receiver.url}/own`, format: 'standard', enabled: true },
    })
    const rotated = await post<{ secret: string }>(server, '/v1/webhooks/secret/rotate')
    const again = await created(server, { ...TASKS, webhook: { url: receiver.url } })
    const later = await receiver.gotType('batch.completed', again.batch_id)
    for (const each of [secret, rotated.secret]) expect(verified(each, later)).toBeDefined()
    expect(new Set(receiver.received.map(({ batch }) => batch))).toEqual(new Set([batch_id, again.batch_id]))
  })

  it("comes in OpenAI's create too, shows its deliveries, and is sent again by hand", async () => {
    receiver = await startReceiver()
    const openai = openaiOf(server)
    const file = await upload(openai, chatLines(1))
    const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`
    const body = {
      input_file_id: file.id,
      endpoint: '/v1/chat/completions' as const,
      completion_window: '24h' as const,
      webhook: { url: receiver.url, events: ALL, secret },
    }
    const batch = await openai.batches.create(body)
    const { webhook } = batch as unknown as { webhook: { id: string; secret?: string } }
    expect(webhook).toEqual({
      id: expect.stringMatching(/^webhook_/),
      url: receiver.url,
      events: ALL,
      format: 'standard',
      enabled: true,
    })
    const event = await receiver.gotType('batch.completed', batch.id)
    expect(verified(secret, event)).toBeDefined()
    const { id } = await deliverySeen(
      server,
      webhook.id,
      'batch.completed',
      ({ state }) => state === 'delivered',
    )
    expect(id).toBe(event.id)
    await post(server, `/v1/webhooks/${webhook.id}/deliveries/${id}/replay`)
    await until('the event once more', () => receiver.received.filter((each) => each.id === id).length === 2)
  })

  it('is refused with a clear word, and nothing of the batch is taken', async () => {
    receiver = await startReceiver()
    const batches = await server.count('batch')
    for (const webhook of ['http://10.0.0.1/', 'http://localhost/', 7, { url: 'x' }]) {
      const native = await call(`${server.url}/v1/batches`, { key: server.key, body: { ...TASKS, webhook } })
      expect(native.status).toBe(400)
      expect(JSON.stringify(native.json)).toContain('webhook')
      const openai = { input_file_id: 'file-x', endpoint: '/v1/chat/completions', completion_window: '24h' }
      const other = await call(`${server.url}/v1/batches`, { key: server.key, body: { ...openai, webhook } })
      expect(other.status).toBe(400)
      expect(other.json).toMatchObject({ error: { param: expect.stringMatching(/^webhook/) } })
    }
    expect(await server.count('batch')).toBe(batches)
  })
})

describe('for Slack', () => {
  it('an event is a sentence', async () => {
    await hooked({ format: 'slack', events: ['batch.completed'] })
    const { batch_id } = await created(server, TASKS)
    const [event] = await receiver.got(1)
    const { cost } = await batchEnded(server, batch_id)
    const { text, ...rest } = JSON.parse(event?.raw ?? '') as { text: string }
    expect(rest).toEqual({})
    expect(text).toContain(
      `Batch ${batch_id} completed: 2 of 2 requests succeeded. Cost ${cost.batch} USD, saved`,
    )
  })
})
