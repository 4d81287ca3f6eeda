import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from './index.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** Answers every request with this, and keeps what it was asked. */
const serve = async (status: number, answer: unknown) => {
  const seen: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    seen.push(`${request.method} ${request.url} ${body}`.trimEnd())
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const baseUrl = `http://127.0.0.1:${port}`
  return { webhooks: createClient({ baseUrl, apiKey: 'sk-test', backoffMs: 1 }).webhooks, seen }
}

const webhook = {
  id: 'webhook_1',
  object: 'webhook',
  url: 'https://h.test/',
  events: ['batch.failed'],
  format: 'standard',
  description: '',
  batch_id: null,
  enabled: true,
  disabled_at: null,
  disabled_reason: null,
  failing_since: null,
  created_at: '2026-11-27T00:00:00.000Z',
}

const delivery = {
  id: 'evt_1',
  type: 'batch.failed',
  batch_id: 'batch_1',
  state: 'pending',
  attempts: 1,
  last_attempts: [{ at: 'x', ms: 3, status: 500, error: 'it answered 500' }],
  next_attempt_at: '2026-11-27T00:00:05.000Z',
  created_at: '2026-11-27T00:00:00.000Z',
  ended_at: null,
}

describe('webhooks', () => {
  it('are made, changed and removed', async () => {
    const { webhooks, seen } = await serve(200, { ...webhook, secret: 'whsec_x' })
    expect(await webhooks.create({ url: webhook.url })).toMatchObject({ id: 'webhook_1', secret: 'whsec_x' })
    expect(await webhooks.get('webhook_1')).not.toHaveProperty('secret')
    await webhooks.change('webhook_1', { enabled: false })
    expect((await webhooks.rotate('webhook_1')).secret).toBe('whsec_x')
    expect(await webhooks.secret()).toBe('whsec_x')
    await webhooks.delete('webhook_1')
    expect(seen).toEqual([
      'POST /v1/webhooks {"url":"https://h.test/"}',
      'GET /v1/webhooks/webhook_1',
      'POST /v1/webhooks/webhook_1 {"enabled":false}',
      'POST /v1/webhooks/webhook_1/rotate',
      'GET /v1/webhooks/secret',
      'DELETE /v1/webhooks/webhook_1',
    ])
  })

  it('are listed, with what was sent', async () => {
    const list = await serve(200, { object: 'list', data: [webhook], has_more: true })
    const page = await list.webhooks.list({ limit: 1, after: 'webhook_0' })
    expect(page).toMatchObject({ data: [{ id: 'webhook_1', events: ['batch.failed'] }], has_more: true })
    expect(list.seen).toEqual(['GET /v1/webhooks?limit=1&after=webhook_0'])
    const sent = await serve(200, { object: 'list', data: [delivery], has_more: false })
    expect((await sent.webhooks.deliveries('webhook_1')).data).toEqual([
      {
        id: 'evt_1',
        type: 'batch.failed',
        batch_id: 'batch_1',
        state: 'pending',
        attempts: 1,
        last_error: 'it answered 500',
        next_attempt_at: delivery.next_attempt_at,
        created_at: delivery.created_at,
      },
    ])
  })

  it('are tested and sent once more by hand', async () => {
    const { webhooks, seen } = await serve(200, { ...delivery, last_attempts: [] })
    expect(await webhooks.test('webhook_1')).toMatchObject({ id: 'evt_1', last_error: null })
    await webhooks.replay('webhook_1', 'evt_1')
    expect(seen).toEqual([
      'POST /v1/webhooks/webhook_1/test',
      'POST /v1/webhooks/webhook_1/deliveries/evt_1/replay',
    ])
  })

  it('are not made twice where the answer was lost', async () => {
    const { webhooks, seen } = await serve(503, { error: 'store_unavailable' })
    await expect(webhooks.create({ url: webhook.url })).rejects.toMatchObject({ status: 503 })
    expect(seen).toHaveLength(1)
  })
})
