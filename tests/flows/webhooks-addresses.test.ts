import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batchEnded, created } from '../support/batches.ts'
import { deployment } from '../support/config-file.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { API_KEY } from '../support/serve.ts'
import { withStage } from '../support/stage.ts'
import { addWebhook, deliverySeen, post } from '../support/webhooks.ts'

/** Nobody makes the server call into its own network, by no address, name, change of name or redirect. */

const TASKS = { model: 'batch-4.1', tasks: [{ prompt: 'one' }] }

let provider: FakeProvider
let server: TestGateway
let receiver: Receiver
/** What the names of this world stand for at the moment. */
let names: Record<string, readonly string[]>

const open = async (allowedHosts: readonly string[]): Promise<void> => {
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      webhooks: { ...config.webhooks, allowedHosts, pausesMs: [1], lookMs: 20 },
    }),
    resolve: async (host) => names[host] ?? [],
  })
}

beforeEach(async () => {
  provider = await startFakeProvider()
  receiver = await startReceiver()
  names = {}
})

afterEach(async () => {
  await server.stop()
  await Promise.all([provider.close(), receiver.close()])
})

describe('an address', () => {
  it.each([
    'http://127.0.0.1:9/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:169.254.169.254]/latest/meta-data',
    'http://169.254.169.254/latest/meta-data',
    'http://10.1.2.3/',
    'http://localhost/',
    'https://me.localhost/',
  ])('%s is refused when an endpoint is made', async (url) => {
    await open([])
    const { status, json } = await call(`${server.url}/v1/webhooks`, { key: server.key, body: { url } })
    expect([status, json]).toMatchObject([400, { error: 'webhook_address_refused', field: 'url' }])
  })

  it('is refused at a change too', async () => {
    await open([])
    const { id } = await addWebhook(server, { url: 'https://hooks.test/' })
    const order = { key: server.key, body: { url: 'http://10.0.0.1/' } }
    const { status, json } = await call(`${server.url}/v1/webhooks/${id}`, order)
    expect([status, json]).toMatchObject([400, { error: 'webhook_address_refused' }])
  })
})

describe('a name', () => {
  it('that stands for this machine is not called, and the delivery says why', async () => {
    await open([])
    names = { 'hooks.test': ['127.0.0.1'] }
    const { id } = await addWebhook(server, { url: `http://hooks.test:${receiver.port}/` })
    await batchEnded(server, (await created(server, TASKS)).batch_id)
    const delivery = await deliverySeen(server, id, 'batch.completed', ({ attempts }) => attempts > 0)
    expect(delivery.last_attempts[0]).toMatchObject({
      status: null,
      error: 'hooks.test is in this machine, which is not called from here',
    })
    expect(receiver.received).toEqual([])
  })

  it('is not called where one of its addresses is inside', async () => {
    await open([])
    names = { 'hooks.test': ['203.0.114.1', '127.0.0.1'] }
    const { id } = await addWebhook(server, { url: `http://hooks.test:${receiver.port}/` })
    await post(server, `/v1/webhooks/${id}/test`)
    const delivery = await deliverySeen(server, id, 'webhook.test', ({ attempts }) => attempts > 0)
    expect(delivery.last_attempts[0]?.error).toContain('is not called from here')
  })

  it('is called where the operator allows it, under its own name', async () => {
    await open(['hooks.test'])
    names = { 'hooks.test': ['127.0.0.1'] }
    const { id } = await addWebhook(server, { url: `http://hooks.test:${receiver.port}/x` })
    await post(server, `/v1/webhooks/${id}/test`)
    const event = await receiver.gotType('webhook.test')
    expect(event.headers.host).toBe(`hooks.test:${receiver.port}`)
  })
})

describe('a redirect', () => {
  it.each([
    ['an address inside', (port: number) => `http://127.0.0.1:${port}/inside`],
    ['a name inside', (port: number) => `http://inside.test:${port}/inside`],
    ['the metadata service', () => 'http://169.254.169.254/latest/meta-data'],
  ])('to %s is not followed', async (_what, location) => {
    await open(['hooks.test'])
    names = { 'hooks.test': ['127.0.0.1'], 'inside.test': ['127.0.0.1'] }
    receiver.answerWith(() => ({ status: 307, headers: { location: location(receiver.port) } }))
    const { id } = await addWebhook(server, { url: `http://hooks.test:${receiver.port}/hook` })
    await post(server, `/v1/webhooks/${id}/test`)
    const delivery = await deliverySeen(server, id, 'webhook.test', ({ attempts }) => attempts > 0)
    expect(delivery.last_attempts[0]).toMatchObject({
      status: null,
      error: expect.stringContaining('is not called from here'),
    })
    expect(receiver.received.every(({ path }) => path === '/hook')).toBe(true)
  })
})

describe('a proxy of the environment', () => {
  it('is not used: it would look the name up once more', async () => {
    await open([])
    const nowhere = 'http://127.0.0.1:1'
    const config = (url: string) => ({
      deployments: [deployment({ url })],
      webhooks: { allowed_hosts: ['127.0.0.1'] },
    })
    await withStage({ config }, async (stage) => {
      const env = {
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: nowhere,
        http_proxy: nowhere,
        NO_PROXY: '',
        no_proxy: '',
      }
      const { url } = await stage.start({ env })
      const { id } = await addWebhook({ url, key: API_KEY }, { url: receiver.url })
      await post({ url, key: API_KEY }, `/v1/webhooks/${id}/test`)
      await receiver.gotType('webhook.test')
    })
  })
})
