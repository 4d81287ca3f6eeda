import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { METRICS } from '../../gateway/src/telemetry/metrics/table.ts'
import { batchEnded, created } from '../support/batches.ts'
import { type Exposed, readExposition } from '../support/exposition.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { openaiOf } from '../support/openai.ts'
import {
  COMPLETION_TOKENS,
  type FakeProvider,
  PROMPT_TOKENS,
  startFakeProvider,
} from '../support/provider.ts'
import { openRaw } from '../support/raw-http.ts'
import { startReceiver } from '../support/receiver.ts'
import { until } from '../support/wait.ts'
import { addWebhook } from '../support/webhooks.ts'

let provider: FakeProvider
let server: TestGateway
let operator: string

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      webhooks: { ...config.webhooks, allowedHosts: ['127.0.0.1'], pausesMs: [1], lookMs: 20 },
    }),
  })
  operator = (await server.newOperatorKey()).secret
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const scrape = async (): Promise<Exposed> => {
  const answer = await call(`${server.url}/metrics`, { key: operator })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  return readExposition(answer.text)
}

const items = (...prompts: string[]) => prompts.map((prompt) => ({ custom_id: prompt, prompt }))

describe('/metrics', () => {
  it('is for operators', async () => {
    expect((await call(`${server.url}/metrics`)).status).toBe(401)
    expect((await call(`${server.url}/metrics`, { key: server.key })).json).toMatchObject({
      error: 'operator_only',
    })
    expect((await call(`${server.url}/metrics`, { method: 'POST', key: operator })).status).toBe(405)
  })

  it('is open where the operator says so, from the next call on', async () => {
    const config = { ...server.config, openMetrics: true }
    server.gateway.reconfigure(config)
    try {
      expect((await call(`${server.url}/metrics`)).status).toBe(200)
    } finally {
      server.gateway.reconfigure(server.config)
    }
    expect((await call(`${server.url}/metrics`)).status).toBe(401)
  })

  it('counts what a batch did, and what it came to', async () => {
    const before = await scrape()
    provider.refuse('bad')
    const batch = await created(server, { model: 'batch-4.1', tasks: items('one', 'two', 'bad') })
    await batchEnded(server, batch.id)
    const after = await until('the end to be counted', async () => {
      const exposed = await scrape()
      return (
        exposed.sum('sheepfold_batches_ended_total') > before.sum('sheepfold_batches_ended_total') && exposed
      )
    })
    const grown = (name: string, labels: Record<string, string> = {}): number =>
      after.sum(name, labels) - before.sum(name, labels)
    const model = 'batch-4.1'
    expect(grown('sheepfold_batches_accepted_total', { dialect: 'native' })).toBe(1)
    expect(grown('sheepfold_batch_requests_accepted_total')).toBe(3)
    expect(grown('sheepfold_batches_ended_total', { outcome: 'completed' })).toBe(1)
    expect(grown('sheepfold_answers_total', { model, kind: 'succeeded' })).toBe(2)
    expect(grown('sheepfold_answers_total', { model, kind: 'failed' })).toBe(1)
    expect(grown('sheepfold_calls_total', { outcome: 'success' })).toBe(2)
    expect(grown('sheepfold_calls_total', { outcome: 'bad_request' })).toBe(1)
    expect(grown('sheepfold_call_seconds_count', { deployment: 'simulator/batch-4.1' })).toBe(3)
    expect(grown('sheepfold_tokens_total', { model, kind: 'prompt' })).toBe(2 * PROMPT_TOKENS)
    expect(grown('sheepfold_tokens_total', { model, kind: 'completion' })).toBe(2 * COMPLETION_TOKENS)
    expect(grown('sheepfold_commit_answers_total')).toBe(3)
    expect(grown('sheepfold_shards_ended_total', { how: 'sealed' })).toBe(1)
    expect(grown('sheepfold_seal_seconds_count')).toBe(1)
    // Two answers of 100 and 23 tokens, 2 USD a million tokens.
    const charge = (await call(`${server.url}/v1/batches/${batch.id}`, { key: server.key })).json
    expect(charge).toMatchObject({
      cost: { batch: grown('sheepfold_charge_usd_total', { model }).toFixed(6) },
    })
  })

  it('counts ordinary calls, by what their callers got and at which price', async () => {
    provider.refuse('bad')
    const before = await scrape()
    const openai = openaiOf(server)
    const ask = (content: string, service_tier?: 'flex') =>
      openai.chat.completions.create({
        model: 'gpt-4.1-mini',
        messages: [{ role: 'user', content }],
        ...(service_tier ? { service_tier } : {}),
      })
    await ask('hello')
    await ask('hello', 'flex')
    await expect(ask('bad')).rejects.toThrow()
    const after = await until('the calls to be counted', async () => {
      const exposed = await scrape()
      const calls =
        exposed.sum('sheepfold_realtime_calls_total') - before.sum('sheepfold_realtime_calls_total')
      return calls === 3 && exposed
    })
    const model = 'gpt-4.1-mini'
    const grown = (name: string, labels: Record<string, string> = {}): number =>
      after.sum(name, labels) - before.sum(name, labels)
    expect(grown('sheepfold_realtime_calls_total', { model, tier: 'list', result: 'answered' })).toBe(1)
    expect(grown('sheepfold_realtime_calls_total', { model, tier: 'batch', result: 'answered' })).toBe(1)
    expect(grown('sheepfold_realtime_calls_total', { tier: 'list', result: 'provider_error' })).toBe(1)
    expect(grown('sheepfold_realtime_call_seconds_count', { model })).toBe(3)
    expect(grown('sheepfold_realtime_wait_seconds_count')).toBe(3)
    expect(grown('sheepfold_calls_total', { source: 'call', outcome: 'success' })).toBe(2)
    expect(grown('sheepfold_calls_total', { source: 'batch' })).toBe(0)
    expect(grown('sheepfold_tokens_total', { source: 'call', kind: 'prompt' })).toBe(2 * PROMPT_TOKENS)
    const charge = grown('sheepfold_charge_usd_total', { source: 'call', model })
    expect(charge).toBeGreaterThan(0)
    expect(charge).toBeLessThan(grown('sheepfold_list_charge_usd_total', { source: 'call', model }))
  })

  it('counts what receivers of webhooks made of what they got', async () => {
    const receiver = await startReceiver()
    receiver.answerWith((_event, nth) => ({ status: nth === 1 ? 500 : 204 }))
    const { id } = await addWebhook(server, { url: receiver.url, events: ['batch.completed'] })
    const before = await scrape()
    await batchEnded(server, (await created(server, { model: 'batch-4.1', tasks: items('told') })).id)
    const name = 'sheepfold_webhook_deliveries_total'
    const delivered = (exposed: Exposed) => exposed.sum(name, { outcome: 'delivered' })
    const after = await until('the delivery to be counted', async () => {
      const exposed = await scrape()
      return delivered(exposed) > delivered(before) && exposed
    })
    expect(after.sum(name, { outcome: 'failed' }) - before.sum(name, { outcome: 'failed' })).toBe(1)
    const seconds = 'sheepfold_webhook_delivery_seconds_count'
    expect(after.sum(seconds) - before.sum(seconds)).toBe(2)
    expect(after.sum('sheepfold_webhooks_disabled_total')).toBe(0)
    await call(`${server.url}/v1/webhooks/${id}`, { key: server.key, method: 'DELETE' })
    await receiver.close()
  })

  it('shows what waits and what is in flight while it does', async () => {
    provider.hold()
    const batch = await created(server, { model: 'gpt-4.1', tasks: items('held-1', 'held-2') })
    await provider.waiting(2)
    const held = await scrape()
    expect(held.sum('sheepfold_queue_requests', { model: 'gpt-4.1', state: 'in_flight' })).toBe(2)
    const lane = { deployment: 'simulator/gpt-4.1', lane: 'batch' }
    expect(held.sum('sheepfold_gate_in_flight', lane)).toBe(2)
    expect(held.sum('sheepfold_shard_runs')).toBe(1)
    provider.open()
    await batchEnded(server, batch.id)
    expect((await scrape()).sum('sheepfold_gate_in_flight', lane)).toBe(0)
  })

  it('exposes what its table says, and its table says what it exposes', async () => {
    const raw = await openRaw(server.url)
    await raw.send('no http\r\n\r\n')
    await raw.ended()
    await call(`${server.url}/no/such/path`)
    const { types, samples } = await scrape()
    const rows = METRICS.flatMap((group) => group.rows)
    expect(Object.fromEntries(types)).toEqual(Object.fromEntries(rows.map(({ name, type }) => [name, type])))
    for (const { name, type, labels } of rows) {
      const own = samples.filter((sample) =>
        type === 'histogram'
          ? sample.name.replace(/_(bucket|sum|count)$/, '') === name
          : sample.name === name,
      )
      for (const sample of own) {
        const { le: _, ...told } = sample.labels
        expect([sample.name, Object.keys(told).sort()]).toEqual([sample.name, Object.keys(labels).sort()])
      }
    }
    const names = new Set(samples.map(({ name }) => name))
    const silent = rows.filter(({ name }) => !names.has(name) && !names.has(`${name}_count`))
    // The provider of this test tells no limits and nothing of it was tried again.
    expect(silent.map(({ name }) => name)).toEqual([
      'sheepfold_gate_learned_requests_per_minute',
      'sheepfold_gate_learned_tokens_per_minute',
      'sheepfold_gate_learned_input_tokens_per_minute',
      'sheepfold_gate_learned_output_tokens_per_minute',
      'sheepfold_retries_total',
    ])
  })

  it('tells of answers that their clients did not wait for', async () => {
    provider.hold()
    const batch = await created(server, { model: 'batch-4.1', tasks: items('patience') })
    const raw = await openRaw(server.url)
    await raw.send(
      `GET /v1/batches/${batch.id} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.key}\r\nprefer: wait=60\r\n\r\n`,
    )
    await provider.waiting(1)
    raw.close()
    await until('the cut answer to be counted', async () => {
      const exposed = await scrape()
      return exposed.sum('sheepfold_http_requests_total', { route: '/v1/batches/:id', status: 'cut' }) === 1
    })
    provider.open()
    await batchEnded(server, batch.id)
  })

  it('has buckets that only grow, up to the count', async () => {
    const { samples } = await scrape()
    const seconds = samples.filter(({ name }) => name === 'sheepfold_commit_seconds_bucket')
    expect(seconds.at(-1)?.labels).toEqual({ le: '+Inf' })
    const values = seconds.map(({ value }) => value)
    expect(values).toEqual(values.toSorted((left, right) => left - right))
    expect(values.at(-1)).toBe(samples.find(({ name }) => name === 'sheepfold_commit_seconds_count')?.value)
  })

  it('has no label that grows with accounts, keys, batches, requests or what clients write', async () => {
    const { secret, id } = await server.newKey({ account: 'acct_other' })
    const batch = await created({ ...server, key: secret }, { model: 'batch-4.1', tasks: items('mark-me') })
    await batchEnded({ ...server, key: secret }, batch.id)
    await call(`${server.url}/v1/batches/${batch.id}/results?mark-me=1`, { key: secret })
    await call(`${server.url}/mark-me/${batch.id}`, { key: secret, headers: { 'x-mark-me': 'mark-me' } })
    await call(`${server.url}/v1/batches`, { method: 'PATCH', key: secret })
    const { text } = await call(`${server.url}/metrics`, { key: operator })
    for (const mark of [id, batch.id, 'acct_', 'req_', 'mark-me', secret]) expect(text).not.toContain(mark)
    expect(text).toContain('route="/v1/batches/:id/results",method="GET",status="400"')
    expect(text).toContain('route="none",method="GET",status="404"')
  })
})
