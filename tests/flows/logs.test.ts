import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deployment, writeConfig } from '../support/config-file.ts'
import { type CallOrder, call } from '../support/http.ts'
import { type MarkingProvider, startMarkingProvider } from '../support/marking-provider.ts'
import { openaiOf } from '../support/openai.ts'
import { openRaw } from '../support/raw-http.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'
import { API_KEY, type Serve, startServe } from '../support/serve.ts'
import { tempDir } from '../support/temp-dir.ts'
import { until } from '../support/wait.ts'
import { addWebhook } from '../support/webhooks.ts'

/** Everything that comes from outside says MARK, and nothing that is logged does. */

const MARK = 'MARK-0815'
const OPERATOR_KEY = `operator-${MARK}-0123456789abcdef`
const PROVIDER_KEY = `sk-provider-${MARK}`
/** What would be a line of its own, where it were written as it is. */
const FORGED = `${MARK}\n{"level":60,"msg":"forged"}`

const MODELS = ['refuses-the-key', 'refuses-the-request', 'fails', 'throttles', 'breaks-json', 'breaks-http']

let provider: MarkingProvider
let folder: ReturnType<typeof tempDir>
let serve: Serve
let receiver: Receiver
/** Of the webhook that the server told once. */
let webhookSecret: string

beforeAll(async () => {
  provider = await startMarkingProvider(MARK)
  receiver = await startReceiver()
  receiver.answerWith(() => ({ status: 500, headers: { 'x-mark': MARK } }))
  folder = tempDir()
  const prices = { list_price: 2, batch_price: 1 }
  const models = Object.fromEntries(
    [...MODELS, 'good'].map((model) => [model, { provider_model: model, ...prices }]),
  )
  const deployments = [...MODELS, 'good'].map((model) => deployment({ id: model, url: provider.url, model }))
  serve = await startServe({
    dataDir: folder.dataDir,
    configFile: writeConfig(folder.path, {
      server: { log_level: 'debug' },
      webhooks: { allowed_hosts: ['127.0.0.1'] },
      models,
      deployments,
    }),
    drain: 0,
    env: { PROVIDER_KEY, SHEEPFOLD_OPERATOR_KEY: OPERATOR_KEY },
  })
})

afterAll(async () => {
  await serve.stop()
  await receiver.close()
  await provider.close()
  folder[Symbol.dispose]()
})

const ask = (path: string, order: CallOrder = {}) =>
  call(`${serve.url}${path}`, { key: API_KEY, ...order }).then(({ status }) => status)

const tasks = [{ custom_id: MARK, prompt: FORGED }]

const ordinary = async (): Promise<void> => {
  const url = `${receiver.url}/${MARK}?token=${MARK}`
  webhookSecret = (await addWebhook({ url: serve.url, key: API_KEY }, { url, events: ['batch.completed'] }))
    .secret
  const metadata = { [MARK]: MARK }
  const batch = { model: 'good', tasks: [{ ...tasks[0], system: MARK }], metadata }
  expect(await ask('/v1/batches', { body: batch, headers: { 'idempotency-key': MARK } })).toBe(200)
  const openai = openaiOf({ url: serve.url, key: API_KEY })
  const messages = [{ role: 'user' as const, content: FORGED }]
  await openai.chat.completions.create({ model: 'good', messages, user: MARK })
  const file = await openai.files.create({
    file: new File([`{"custom_id":"${MARK}"}\n`], `${MARK}.jsonl`),
    purpose: 'batch',
  })
  await openai.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
  expect(await ask('/metrics', { key: OPERATOR_KEY })).toBe(200)
  expect(await ask('/v1/admin/accounts', { key: OPERATOR_KEY, body: { name: MARK } })).toBeLessThan(500)
}

const failing = async (): Promise<void> => {
  const fail = async (model: string): Promise<void> => {
    expect(await ask('/v1/batches', { body: { model, tasks } })).toBe(200)
    const body = { model, messages: [{ role: 'user', content: FORGED }] }
    expect(await ask('/v1/chat/completions', { body })).toBeGreaterThanOrEqual(400)
    await until(`a call for ${model}`, () => provider.asked(model) > 0)
  }
  await Promise.all(MODELS.map(fail))
}

const malformed = async (): Promise<void> => {
  const forgedPath = encodeURIComponent(FORGED)
  const statuses = [
    await ask(`/v1/batches/${forgedPath}`),
    await ask(`/v1/batches/batch_${MARK.replace('-', '')}/results?key=${MARK}`),
    await ask(`/${forgedPath}?api_key=${API_KEY}&x=${forgedPath}`),
    await ask(`/v1/files/${forgedPath}/content`),
    await ask('/v1/batches', { body: `{"model": ${MARK}` }),
    await ask('/v1/batches', { body: { model: FORGED, tasks } }),
    await ask('/v1/batches', { body: { model: 'good', tasks: [{ custom_id: MARK, [FORGED]: MARK }] } }),
    await ask('/v1/batches', { body: MARK, headers: { 'content-type': MARK } }),
    await ask('/v1/chat/completions', { body: { model: 'good', messages: MARK, [MARK]: FORGED } }),
    await ask('/v1/models', { key: `sk-holysheep-${MARK}` }),
    await ask('/v1/models', { headers: { authorization: `Basic ${MARK}` }, key: undefined }),
    await ask(`/v1/models/${forgedPath}`, { headers: { 'user-agent': MARK, traceparent: MARK } }),
    await ask(`/${MARK.repeat(400)}`),
    await ask('/v1/webhooks', { body: { url: `https://${MARK}.example/${MARK}`, secret: `whsec_${MARK}` } }),
  ]
  expect(Math.max(...statuses)).toBeLessThan(500)
  for (const bytes of [
    `${MARK}\r\n\r\n`,
    `GET /v1/models HTTP/1.1\r\nhost: x\r\n${MARK}\u0001: \u0007${MARK}\r\n\r\n`,
    `${MARK} / HTTP/1.1\r\nhost: x\r\n\r\n`,
    `GET /${MARK} HTTP/1.1\r\nhost: x\r\nx-long: ${MARK.repeat(4_000)}\r\n\r\n`,
    `CONNECT ${MARK}:443 HTTP/1.1\r\nhost: ${MARK}\r\n\r\n`,
  ]) {
    const raw = await openRaw(serve.url)
    await raw.send(bytes)
    await raw.until((text) => /^HTTP\/1\.1 4\d\d/.test(text))
    raw.close()
  }
}

const lines = (): string[] => serve.stderr().split('\n').slice(0, -1)

describe('the log', () => {
  it('is one JSON object a line, and says nothing of what clients and providers said', async () => {
    await ordinary()
    await failing()
    await malformed()
    await until('a shut deployment to be logged', () => serve.stderr().includes('deployment is shut'))
    await until('the batches to be logged', () => serve.stderr().includes('batch ended'))
    await receiver.got(1)
    await serve.stop()
    const log = serve.stderr()
    // All that was written was kept by the test.
    expect(log.length).toBeLessThan(65_000)
    for (const line of lines()) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) })
    expect(webhookSecret).toMatch(/^whsec_/)
    for (const mark of [MARK, 'forged', API_KEY, 'sk-provider', webhookSecret, 'whsec_']) {
      expect(log).not.toContain(mark)
    }
    // The key as a hash, or a part of it, would be no better.
    expect(log).not.toContain(API_KEY.slice(-8))
  })

  it('has a line for each request, with whose it was and what it came to', () => {
    const requests = lines()
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'request')
    const accepted = requests.find(({ method, route }) => method === 'POST' && route === '/v1/batches')
    expect(accepted).toEqual({
      level: 30,
      time: expect.any(Number),
      request: expect.stringMatching(/^req_/),
      method: 'POST',
      route: '/v1/batches',
      status: 200,
      ms: expect.any(Number),
      bytes: expect.any(Number),
      key: expect.stringMatching(/^key_/),
      account: 'acct_default',
      msg: 'request',
    })
    const routes = new Set(requests.map(({ route }) => route))
    for (const route of ['none', '/v1/batches/:id', '/v1/chat/completions', '/v1/files', '/v1/models/*']) {
      expect(routes).toContain(route)
    }
    const metrics = requests.find(({ route }) => route === '/metrics')
    expect(metrics).toMatchObject({ level: 20, status: 200 })
    for (const { ms, bytes } of requests) expect([ms >= 0, bytes >= 0]).toEqual([true, true])
  })

  it('tells when the server and its batches begin and end', () => {
    const messages = lines().map((line): string => JSON.parse(line).msg)
    for (const message of ['started', 'batch accepted', 'batch ended', 'stopping', 'stopped']) {
      expect(messages).toContain(message)
    }
    const end = lines()
      .map((line) => JSON.parse(line))
      .find(({ msg, outcome }) => msg === 'batch ended' && outcome === 'completed')
    expect(end).toMatchObject({
      batch: expect.stringMatching(/^batch_/),
      account: 'acct_default',
      requests: 1,
      seconds: expect.any(Number),
      charge_usd: expect.stringMatching(/^\d+\.\d+$/),
      cost_usd: expect.stringMatching(/^\d+\.\d+$/),
    })
  })
})
