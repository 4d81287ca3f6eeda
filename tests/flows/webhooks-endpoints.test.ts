import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { created } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { addWebhook, deliverySeen, type WebhookJson, webhookNow } from '../support/webhooks.ts'

/** The endpoints of webhooks: made, listed, changed, removed, and one's own alone. */

let provider: FakeProvider
let server: TestGateway
let accounts = 0

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    // Nobody is ever reached: what is delivered is another file's matter.
    resolve: async () => [],
    adapt: (config) => ({ ...config, webhooks: { ...config.webhooks, lookMs: 20 } }),
  })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

/** A caller of an account of its own. */
const caller = async () => {
  accounts += 1
  const { secret: key } = await server.newKey({ account: `acct_hooks_${accounts}` })
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    call(`${server.url}${path}`, { method, key, body })
  return { url: server.url, key, ask }
}

const URL_OF = 'https://hooks.test/in'

describe('a webhook', () => {
  it('shows its secret once, when it is made', async () => {
    const me = await caller()
    const made = await addWebhook(me, { url: URL_OF, description: 'the pager' })
    expect(made).toEqual({
      id: expect.stringMatching(/^webhook_/),
      object: 'webhook',
      url: URL_OF,
      events: ['batch.completed', 'batch.failed', 'batch.expired', 'batch.cancelled'],
      format: 'standard',
      description: 'the pager',
      batch_id: null,
      enabled: true,
      disabled_at: null,
      disabled_reason: null,
      failing_since: null,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      secret: expect.stringMatching(/^whsec_/),
    })
    expect(Buffer.from(made.secret.slice(6), 'base64').length).toBeGreaterThanOrEqual(24)
    const { secret, ...shown } = made
    expect(await webhookNow(me, made.id)).toEqual(shown)
    expect((await me.ask('GET', '/v1/webhooks')).json).toMatchObject({ object: 'list', data: [shown] })
    expect((await me.ask('GET', '/v1/webhooks')).text).not.toContain(secret)
  })

  it('changes in what is said, and goes when it is deleted', async () => {
    const me = await caller()
    const { id, secret: _, ...before } = await addWebhook(me, { url: URL_OF })
    const change = {
      url: 'https://elsewhere.test/',
      events: ['batch.failed'],
      format: 'slack',
      description: 'x',
    }
    expect((await me.ask('POST', `/v1/webhooks/${id}`, change)).json).toMatchObject({ ...before, ...change })
    expect((await me.ask('POST', `/v1/webhooks/${id}`, {})).json).toMatchObject({ ...before, ...change })
    const deleted = await me.ask('DELETE', `/v1/webhooks/${id}`)
    expect(deleted.json).toEqual({ id, object: 'webhook', deleted: true })
    expect((await me.ask('GET', `/v1/webhooks/${id}`)).status).toBe(404)
    expect((await me.ask('DELETE', `/v1/webhooks/${id}`)).status).toBe(404)
  })

  it('is one of twenty at the most', async () => {
    const me = await caller()
    for (let nth = 0; nth < 20; nth += 1) await addWebhook(me, { url: URL_OF })
    const { status, json } = await me.ask('POST', '/v1/webhooks', { url: URL_OF })
    expect([status, json]).toMatchObject([400, { error: 'too_many_webhooks' }])
    const first = (await me.ask('GET', '/v1/webhooks?limit=15')).json as {
      data: WebhookJson[]
      last_id: string
      has_more: boolean
    }
    expect([first.data.length, first.has_more]).toEqual([15, true])
    const rest = await me.ask('GET', `/v1/webhooks?limit=15&after=${first.last_id}`)
    expect(rest.json).toMatchObject({ data: { length: 5 }, has_more: false })
  })

  it.each([
    ['[]', 'invalid_type'],
    ['{', 'invalid_json'],
    ['{"url":"https://h.test","url":"https://h.test"}', 'duplicate_key'],
    ['{}', 'missing_field'],
    ['{"url":"https://h.test","enabled":true}', 'unknown_field'],
    ['{"url":"gopher://h.test"}', 'invalid_value'],
    ['{"url":"https://a:b@h.test"}', 'invalid_value'],
    ['{"url":"https://h.test","secret":"short"}', 'invalid_value'],
  ])('is not made of %s', async (body, error) => {
    const { status, json } = await (await caller()).ask('POST', '/v1/webhooks', body)
    expect([status, json]).toMatchObject([400, { error }])
  })

  it.each([
    [{ secret: `whsec_${'A'.repeat(32)}` }, 'unknown_field'],
    [{ enabled: 'yes' }, 'invalid_type'],
    [{ events: [] }, 'invalid_value'],
    [{ url: 'x' }, 'invalid_value'],
  ])('is not changed to %j', async (change, error) => {
    const me = await caller()
    const { id } = await addWebhook(me, { url: URL_OF })
    const { status, json } = await me.ask('POST', `/v1/webhooks/${id}`, change)
    expect([status, json]).toMatchObject([400, { error }])
  })

  it('answers in words of OpenAI where its client asks', async () => {
    const { key } = await caller()
    const headers = { 'x-stainless-lang': 'js' }
    const { json } = await call(`${server.url}/v1/webhooks/webhook_none`, { key, headers })
    expect(json).toMatchObject({ error: { type: 'invalid_request_error', message: expect.any(String) } })
  })
})

describe('the webhook of another account', () => {
  it('is as one that does not exist, whatever is asked of it', async () => {
    const owner = await caller()
    const stranger = await caller()
    const hook = await addWebhook(owner, { url: URL_OF, events: ['batch.created'] })
    const { batch_id, ...batch } = await created(owner, {
      model: 'batch-4.1',
      tasks: [{ prompt: 'x' }],
      webhook: URL_OF,
    })
    const { webhook: own } = batch as unknown as { webhook: { id: string } }
    const { id: event } = await deliverySeen(
      owner,
      hook.id,
      'batch.created',
      (each) => each.batch_id === batch_id,
    )
    for (const id of [hook.id, own.id]) {
      for (const [method, path] of [
        ['GET', `/v1/webhooks/{id}`],
        ['POST', `/v1/webhooks/{id}`],
        ['DELETE', `/v1/webhooks/{id}`],
        ['POST', `/v1/webhooks/{id}/rotate`],
        ['POST', `/v1/webhooks/{id}/test`],
        ['GET', `/v1/webhooks/{id}/deliveries`],
        ['POST', `/v1/webhooks/{id}/deliveries/${event}/replay`],
      ] as const) {
        const body = method === 'POST' && path.endsWith('{id}') ? { enabled: false } : undefined
        const asked = await stranger.ask(method, path.replace('{id}', id), body)
        const absent = await stranger.ask(method, path.replace('{id}', 'webhook_0000'), body)
        expect([method, path, asked.status]).toEqual([method, path, 404])
        expect(asked.text.replaceAll(id, '{id}')).toBe(absent.text.replaceAll('webhook_0000', '{id}'))
      }
      expect(await webhookNow(owner, id)).toMatchObject({ enabled: true })
    }
    const after = await stranger.ask('GET', `/v1/webhooks?after=${hook.id}`)
    expect(after.json).toMatchObject({ data: [] })
  })

  it('has another secret of its account', async () => {
    const [one, other] = [await caller(), await caller()]
    const secretOf = async (me: typeof one) => (await me.ask('GET', '/v1/webhooks/secret')).json
    const mine = await secretOf(one)
    expect(await secretOf(one)).toEqual(mine)
    expect(await secretOf(other)).not.toEqual(mine)
  })
})

describe('a path of webhooks', () => {
  it.each([
    ['PUT', '/v1/webhooks', 'GET, POST, HEAD'],
    ['PUT', '/v1/webhooks/webhook_x', 'GET, POST, DELETE, HEAD'],
    ['POST', '/v1/webhooks/secret', 'GET, HEAD'],
    ['GET', '/v1/webhooks/secret/rotate', 'POST'],
    ['GET', '/v1/webhooks/webhook_x/rotate', 'POST'],
    ['GET', '/v1/webhooks/webhook_x/test', 'POST'],
    ['POST', '/v1/webhooks/webhook_x/deliveries', 'GET, HEAD'],
    ['GET', '/v1/webhooks/webhook_x/deliveries/evt_x/replay', 'POST'],
  ])('does not take %s %s', async (method, path, allow) => {
    const { status, headers } = await (await caller()).ask(method, path)
    expect([status, headers.get('allow')]).toEqual([405, allow])
  })

  it('opens to no one without a key', async () => {
    for (const path of ['/v1/webhooks', '/v1/webhooks/secret', '/v1/webhooks/webhook_x/deliveries']) {
      expect((await call(`${server.url}${path}`)).status).toBe(401)
    }
  })
})
