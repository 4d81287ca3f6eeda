import Anthropic from '@anthropic-ai/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf } from '../support/anthropic.ts'
import { changeRows } from '../support/change-rows.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import {
  type MessageBatch,
  type MessagesProvider,
  MODEL,
  messageBatchEnded,
  messageRequest,
  openMessagesGateway,
  REFUSED,
  resultsOf,
  startMessagesProvider,
  textFor,
  USAGE,
} from '../support/message-batches.ts'
import { COMPLETION_TOKENS, PROMPT_TOKENS, REFUSAL, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

/** Batches as Anthropic's official client makes, watches, reads, stops and deletes them. */

const KEYS = [
  'id',
  'type',
  'processing_status',
  'request_counts',
  'created_at',
  'expires_at',
  'ended_at',
  'archived_at',
  'cancel_initiated_at',
  'results_url',
]

let provider: MessagesProvider
let server: TestGateway
let client: Anthropic

beforeAll(async () => {
  provider = await startMessagesProvider()
  server = await openMessagesGateway(provider)
  client = anthropicOf(server)
})

afterEach(() => provider.open())

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const create = (...requests: ReturnType<typeof messageRequest>[]): Promise<MessageBatch> =>
  client.messages.batches.create({ requests })

const countsOf = (counts: Partial<MessageBatch['request_counts']>) => ({
  processing: 0,
  succeeded: 0,
  errored: 0,
  canceled: 0,
  expired: 0,
  ...counts,
})

const errored = (type: string, message: unknown) => ({
  type: 'errored',
  error: { type: 'error', error: { type, message }, request_id: null },
})

it('a batch is made, runs, and ends with a result for each request', async () => {
  provider.hold()
  const made = await create(
    messageRequest('good', 'hello'),
    messageRequest('bad', 'refuse me'),
    messageRequest('streamed', 'x', { stream: true }),
    messageRequest('cache-warming', 'x', { max_tokens: 0 }),
    messageRequest('fast', 'x', { speed: 'fast' }),
    messageRequest('sampled', 'x', { temperature: 1 }),
    { custom_id: 'silent', params: { model: MODEL, max_tokens: 1, messages: [] } },
  )
  expect(Object.keys(made)).toEqual(KEYS)
  expect(made).toMatchObject({
    id: expect.stringMatching(/^msgbatch_[0-9A-Za-z]+$/),
    type: 'message_batch',
    processing_status: 'in_progress',
    request_counts: countsOf({ processing: 7 }),
    ended_at: null,
    archived_at: null,
    cancel_initiated_at: null,
    results_url: null,
  })
  expect(Date.parse(made.expires_at) - Date.parse(made.created_at)).toBe(86_400_000)
  await until('the calls', () => provider.waiting() === 2)
  // Some have failed by now: nothing is told of it before the end.
  const running = await client.messages.batches.retrieve(made.id)
  expect(running.request_counts).toEqual(countsOf({ processing: 7 }))
  provider.open()

  const ended = await messageBatchEnded(client, made)
  expect(ended).toMatchObject({
    request_counts: countsOf({ succeeded: 1, errored: 6 }),
    ended_at: expect.any(String),
    results_url: `${server.url}/v1/messages/batches/${made.id}/results`,
  })
  const results = await resultsOf(client, made)
  expect([...results.keys()].toSorted()).toEqual([
    'bad',
    'cache-warming',
    'fast',
    'good',
    'sampled',
    'silent',
    'streamed',
  ])
  expect(results.get('good')).toMatchObject({
    type: 'succeeded',
    message: { type: 'message', content: [{ type: 'text', text: textFor('hello') }], usage: USAGE },
  })
  expect(results.get('bad')).toEqual(errored(REFUSED.type, REFUSED.message))
  for (const [id, field] of [
    ['streamed', 'stream'],
    ['cache-warming', 'max_tokens'],
    ['fast', 'speed'],
    ['sampled', 'temperature'],
    ['silent', 'messages'],
  ] as const) {
    expect(results.get(id)).toEqual(errored('invalid_request_error', expect.stringMatching(`^${field}: `)))
  }
  expect(provider.calls).toHaveLength(2)
})

it("what is sent are the client's own bytes but for the model, with its version and betas", async () => {
  const params = `{ "max_tokens" : 5,"model":"${MODEL}",\n "messages":[{"role":"user","content":"\\u00e9 1e2"}], "x":1.50}`
  const before = provider.calls.length
  const made = await call(`${server.url}/v1/messages/batches`, {
    key: server.key,
    headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a-2026-01-01,b-2026-01-01' },
    body: `{"requests":[{"params":${params},"custom_id":"a"}]}`,
  })
  await messageBatchEnded(client, made.json as MessageBatch)
  const [sent] = provider.calls.slice(before)
  const theirs = server.config.catalogue.get(MODEL)?.providerModel
  expect(sent?.path).toBe('/v1/messages')
  expect(sent?.text).toBe(params.replace(MODEL, theirs ?? ''))
  expect(sent?.headers).toMatchObject({
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'a-2026-01-01,b-2026-01-01',
  })
})

it('a batch mixes models, and is charged for what each answer used', async () => {
  const ended = await messageBatchEnded(
    client,
    await create(messageRequest('a', 'one'), messageRequest('b', 'two', { model: 'batch-flash-3.5' })),
  )
  const results = await resultsOf(client, ended)
  expect(results.get('b')).toMatchObject({ message: { content: [{ text: textFor('two') }] } })
  const operator = await server.newOperatorKey()
  const seen = await call(`${server.url}/v1/admin/batches/${ended.id}`, { key: operator.secret })
  expect(seen.json).toMatchObject({
    dialect: 'anthropic',
    usage: { prompt_tokens: 200, completion_tokens: 46 },
  })
})

it('a batch is answered by a provider of another API as by its own', async () => {
  const other = await startFakeProvider()
  other.refuse('refuse me')
  const translating = await openGateway({ provider: other.url })
  try {
    const there = anthropicOf(translating)
    const requests = [messageRequest('good', 'hello'), messageRequest('bad', 'refuse me')]
    const ended = await messageBatchEnded(there, await there.messages.batches.create({ requests }))
    const results = await resultsOf(there, ended)
    expect(results.get('good')).toMatchObject({
      type: 'succeeded',
      message: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 're: "hello"' }] },
    })
    expect(results.get('bad')).toEqual(errored('invalid_request_error', REFUSAL.error.message))
    const operator = await translating.newOperatorKey()
    const seen = await call(`${translating.url}/v1/admin/batches/${ended.id}`, { key: operator.secret })
    expect(seen.json).toMatchObject({
      usage: { prompt_tokens: PROMPT_TOKENS, completion_tokens: COMPLETION_TOKENS },
    })
  } finally {
    await translating.stop()
    await other.close()
  }
})

it('a batch that is cancelled keeps what was answered before', async () => {
  provider.hold('wait')
  const made = await create(messageRequest('answered', 'one'), messageRequest('stopped', 'wait'))
  await until('the call', () => provider.waiting() === 1)
  const cancelled = await client.messages.batches.cancel(made.id)
  expect(cancelled).toMatchObject({
    processing_status: 'canceling',
    request_counts: countsOf({ processing: 2 }),
    cancel_initiated_at: expect.any(String),
    results_url: null,
  })
  const ended = await messageBatchEnded(client, made)
  expect(ended.request_counts).toEqual(countsOf({ succeeded: 1, canceled: 1 }))
  expect(ended.cancel_initiated_at).toBe(cancelled.cancel_initiated_at)
  const results = await resultsOf(client, ended)
  expect(results.get('answered')?.type).toBe('succeeded')
  expect(results.get('stopped')).toEqual({ type: 'canceled' })
  // One that has ended stays what it is.
  expect(await client.messages.batches.cancel(made.id)).toEqual(ended)
})

it('requests that the window leaves no time for expire', async () => {
  provider.hold()
  const made = await create(messageRequest('late', 'x'))
  await until('the call', () => provider.waiting() === 1)
  for (const [table, owner] of [
    ['batch', 'id'],
    ['shard', 'batch'],
  ]) {
    const statement = `UPDATE ${table} SET window_end = ? WHERE ${owner} = ?`
    await changeRows(server.dataDir, statement, [Date.now(), made.id])
  }
  const ended = await messageBatchEnded(client, made)
  expect(ended.request_counts).toEqual(countsOf({ expired: 1 }))
  expect(ended.cancel_initiated_at).toBeNull()
  expect((await resultsOf(client, made)).get('late')).toEqual({ type: 'expired' })
})

describe('a batch that is deleted', () => {
  it('has to have ended, and is gone with all of its bytes', async () => {
    provider.hold()
    const made = await create(messageRequest('a', 'x'))
    const refused = await client.messages.batches.delete(made.id).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(Anthropic.BadRequestError)
    provider.open()
    await messageBatchEnded(client, made)
    expect(await client.messages.batches.delete(made.id)).toEqual({
      id: made.id,
      type: 'message_batch_deleted',
    })
    await expect(client.messages.batches.retrieve(made.id)).rejects.toBeInstanceOf(Anthropic.NotFoundError)
    await until('its bytes to be gone', () => !server.blobs().some((name) => name.includes(made.id)))
  })
})

describe('the results of a batch', () => {
  it('are not there before its end', async () => {
    provider.hold()
    const made = await create(messageRequest('a', 'x'))
    await expect(client.messages.batches.results(made.id)).rejects.toThrow('No batch `results_url`')
    const early = await call(`${server.url}/v1/messages/batches/${made.id}/results`, { key: server.key })
    expect([early.status, early.json]).toMatchObject([400, { error: { type: 'invalid_request_error' } }])
  })

  it('are lines of JSON, whole or in part, and known by their length', async () => {
    const ended = await messageBatchEnded(
      client,
      await create(messageRequest('a', 'x'), messageRequest('b', 'y')),
    )
    const url = ended.results_url ?? ''
    const whole = await call(url, { key: server.key, headers: { accept: 'application/binary' } })
    expect(whole.headers.get('content-type')).toBe('application/x-jsonl')
    expect(
      whole.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).custom_id)
        .toSorted(),
    ).toEqual(['a', 'b'])
    const part = await call(url, { key: server.key, headers: { range: 'bytes=5-20' } })
    expect([part.status, part.text]).toEqual([206, whole.text.slice(5, 21)])
    const head = await call(url, { key: server.key, method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(whole.text)))
    const beyond = await call(url, { key: server.key, headers: { range: 'bytes=900000-' } })
    expect([beyond.status, beyond.json]).toMatchObject([416, { type: 'error' }])
  })

  it('are where the client reaches the server, whatever a proxy or anybody else says', async () => {
    const { id } = await messageBatchEnded(client, await create(messageRequest('a', 'x')))
    const urlFor = async (headers: Record<string, string>): Promise<unknown> => {
      const { json } = await call(`${server.url}/v1/messages/batches/${id}`, { key: server.key, headers })
      return (json as MessageBatch).results_url
    }
    const elsewhere = {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.test',
      'x-original-host': 'evil.test',
    }
    expect(await urlFor(elsewhere)).toBe(`${server.url}/v1/messages/batches/${id}/results`)
  })
})

describe('a list of batches', () => {
  it('is walked page by page, in both directions', async () => {
    const { secret } = await server.newKey({ account: 'acct_lister' })
    const lister = anthropicOf(server, secret)
    expect(await lister.messages.batches.list()).toMatchObject({
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    })
    const made: string[] = []
    for (let at = 0; at < 5; at += 1) {
      const requests = [messageRequest(`r-${at}`, 'x')]
      made.unshift((await lister.messages.batches.create({ requests })).id)
    }
    // Of another dialect: it is on no list of Anthropic's.
    await call(`${server.url}/v1/batches`, { key: secret, body: { model: MODEL, tasks: [{ prompt: 'x' }] } })
    const [oldest = ''] = made.slice(-1)
    const walked: string[] = []
    for await (const { id } of lister.messages.batches.list({ limit: 2 })) walked.push(id)
    expect(walked).toEqual(made)
    const first = await lister.messages.batches.list({ limit: 2 })
    expect([first.has_more, first.first_id, first.last_id]).toEqual([true, made[0], made[1]])
    const back: string[] = []
    for await (const { id } of lister.messages.batches.list({ limit: 2, before_id: oldest })) back.push(id)
    expect(back.toSorted()).toEqual(made.slice(0, 4).toSorted())
    const before = await lister.messages.batches.list({ limit: 2, before_id: oldest })
    expect(before.data.map(({ id }) => id)).toEqual(made.slice(2, 4))
    expect(before.has_more).toBe(true)
  })
})

describe('the path that the dialects share', () => {
  it('makes a batch of a body with requests, and shows it in the words of its dialect', async () => {
    const requests = [messageRequest('a', 'x')]
    const made = await call(`${server.url}/v1/batches`, { key: server.key, body: { requests } })
    expect([made.status, Object.keys(made.json as object)]).toEqual([200, KEYS])
    const { id } = made.json as MessageBatch
    const ended = await messageBatchEnded(client, { id })
    const shown = await call(`${server.url}/v1/batches/${id}`, { key: server.key })
    expect(shown.json).toEqual(ended)
    const results = await call(`${server.url}/v1/batches/${id}/results`, { key: server.key })
    expect(results.json).toMatchObject({
      status: 'ended',
      results: [{ custom_id: 'a', result: { type: 'succeeded' } }],
    })
    const deleted = await call(`${server.url}/v1/batches/${id}`, { key: server.key, method: 'DELETE' })
    expect(deleted.json).toEqual({ id, type: 'message_batch_deleted' })
    const gone = await call(`${server.url}/v1/batches/${id}`, { key: server.key })
    expect(gone.status).toBe(404)
  })
})
