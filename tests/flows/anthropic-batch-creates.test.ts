import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf } from '../support/anthropic.ts'
import type { TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import {
  anthropicRefusal,
  type MessageBatch,
  type MessagesProvider,
  MODEL,
  messageBatchEnded,
  messageRequest,
  openMessagesGateway,
  startMessagesProvider,
} from '../support/message-batches.ts'
import { openRaw } from '../support/raw-http.ts'
import { until } from '../support/wait.ts'

/** What makes a batch of messages and what does not: every refusal as Anthropic's official client throws it. */

const REQUESTS_MAX = 5
const MIB = 1_048_576

let provider: MessagesProvider
let server: TestGateway
let client: Anthropic

beforeAll(async () => {
  provider = await startMessagesProvider()
  server = await openMessagesGateway(provider, {
    adapt: (config) => ({
      ...config,
      messageBatches: { requestsMax: REQUESTS_MAX, bytesMax: MIB, requestBytesMax: 65_536 },
    }),
  })
  client = anthropicOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const VERSION = { 'anthropic-version': '2026-10-21' }

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  call(`${server.url}/v1/messages/batches`, { key: server.key, headers: { ...VERSION, ...headers }, body })

const good = () => ({ requests: [messageRequest('a', 'x')] })

const batchOf = ({ status, json, text }: Answer): MessageBatch => {
  if (status !== 200) throw new Error(`${status}: ${text}`)
  return json as MessageBatch
}

/** That nothing comes of it, and what is said. */
const refusedWith = async (body: unknown, status = 400): Promise<string> => {
  const [rows, blobs] = [await server.count('batch'), server.blobs()]
  const answer = await post(body)
  expect([answer.status, answer.json]).toMatchObject([
    status,
    {
      type: 'error',
      error: { type: expect.any(String), message: expect.any(String) },
      request_id: expect.any(String),
    },
  ])
  expect([await server.count('batch'), server.blobs()]).toEqual([rows, blobs])
  return (answer.json as { error: { message: string } }).error.message
}

describe('a body that makes no batch', () => {
  it.each<[string, unknown, string]>([
    ['without requests', {}, 'requests: '],
    ['with requests that are no list', { requests: {} }, 'requests: '],
    ['with no request', { requests: [] }, 'requests: '],
    ['with a member that there is not', { ...good(), model: MODEL }, 'model: '],
    [
      'with an id twice',
      { requests: [messageRequest('a', 'x'), messageRequest('a', 'y')] },
      'requests.1.custom_id: "a"',
    ],
    ['with an id of other characters', { requests: [messageRequest('a b', 'x')] }, 'requests.0.custom_id: '],
    ['without an id', { requests: [{ params: good().requests[0]?.params }] }, 'requests.0.custom_id: '],
    ['without params', { requests: [{ custom_id: 'a' }] }, 'requests.0.params: '],
    ['without a model', { requests: [{ custom_id: 'a', params: {} }] }, 'requests.0.params.model: '],
    [
      'with a model that there is not',
      { requests: [messageRequest('a', 'x'), messageRequest('b', 'x', { model: 'none' })] },
      'requests.1.params.model: There is no model "none"',
    ],
    [
      'with too many requests',
      { requests: Array.from({ length: REQUESTS_MAX + 2 }, (_, at) => messageRequest(`r-${at}`, 'x')) },
      `requests: a batch may have ${REQUESTS_MAX} requests, this one has ${REQUESTS_MAX + 2}`,
    ],
    ['with a request too large', { requests: [messageRequest('a', 'x'.repeat(65_536))] }, 'requests.0: '],
    ['with a webhook that may not be called', { ...good(), webhook: 'http://10.0.0.1/' }, '"webhook'],
    ['that is no JSON', '{"requests":[}', 'The body is not valid JSON at byte 13'],
    ['that is no object', '[]', 'the body must be a JSON object'],
    ['that is empty', ' ', 'The body is not valid JSON'],
    ['with a key twice', '{"requests":[],"requests":[]}', 'requests: '],
    [
      'with a key twice in a request',
      '{"requests":[{"custom_id":"a","custom_id":"b"}]}',
      'requests.0.custom_id: ',
    ],
    ['that ends too early', JSON.stringify(good()).slice(0, -2), 'The body is not valid JSON'],
  ])('%s is refused, and said where', async (_which, body, message) => {
    expect(await refusedWith(body)).toContain(message)
  })

  it('names the first of many bad requests, and counts the others', async () => {
    const message = await refusedWith({ requests: [messageRequest('a', 'x'), 1, 2, { custom_id: 'b' }] })
    expect(message).toMatch(/^requests\.1: .* \(and 2 more requests are refused\)$/)
  })

  it('of bytes that are not UTF-8, or of another type, is refused', async () => {
    const bytes = Buffer.from(JSON.stringify(good()).replace('"x"', '"\u00ff"'), 'latin1')
    expect(await refusedWith(bytes)).toContain('requests.0')
    const form = await post('requests=1', { 'content-type': 'application/x-www-form-urlencoded' })
    expect([form.status, form.json]).toMatchObject([415, { error: { type: 'invalid_request_error' } }])
    const packed = await post(good(), { 'content-encoding': 'gzip' })
    expect(packed.status).toBe(415)
  })

  it('larger than the limit is refused as that', async () => {
    const requests = Array.from({ length: 20 }, (_, at) => messageRequest(`r-${at}`, 'x'.repeat(60_000)))
    const error = await anthropicRefusal(client.messages.batches.create({ requests }))
    expect(error).toBeInstanceOf(Anthropic.ContentTooLargeError)
    expect(error.type).toBe('request_too_large')
    expect(server.blobs().filter((name) => name.startsWith('inputs/'))).toEqual([])
  })

  it('whatever it is, is a batch or a refusal and never a fault, and leaves nothing behind', async () => {
    const member = fc.oneof(fc.jsonValue(), fc.constant(good().requests[0]))
    const body = fc.oneof(
      fc.string(),
      fc.uint8Array({ maxLength: 60 }),
      fc.jsonValue(),
      fc.record({ requests: fc.array(member, { maxLength: 3 }) }),
      fc.record({ requests: fc.array(fc.record({ custom_id: fc.jsonValue(), params: member })) }),
    )
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const { status, json } = await post(given)
        if (status === 200) return
        expect(status).toBeGreaterThanOrEqual(400)
        expect(status).toBeLessThan(500)
        expect(json).toMatchObject({ type: 'error' })
      }),
      { numRuns: 60 },
    )
    const batches = new Set<string>()
    for await (const { id } of client.messages.batches.list({ limit: 1_000 })) batches.add(id)
    const owners = server.blobs().flatMap((name) => /^inputs\/(\w+)\./.exec(name)?.[1] ?? [])
    expect(owners.filter((id) => !batches.has(id))).toEqual([])
  })
})

describe("the client's errors", () => {
  it('name what is wrong: the body', async () => {
    const error = await anthropicRefusal(client.messages.batches.create({ requests: [] }))
    expect(error).toBeInstanceOf(Anthropic.BadRequestError)
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error', requestID: expect.any(String) })
  })

  it('the key', async () => {
    const error = await anthropicRefusal(anthropicOf(server, 'sk-wrong').messages.batches.create(good()))
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError)
    expect(error.type).toBe('authentication_error')
  })

  it('what the key may not do', async () => {
    const { secret } = await server.newKey({ models: ['batch-flash-3.5'] })
    const narrow = anthropicOf(server, secret)
    const model = await anthropicRefusal(narrow.messages.batches.create(good()))
    expect(model).toBeInstanceOf(Anthropic.PermissionDeniedError)
    expect(model.message).toContain('requests.0.params.model: This key may not use')
    const operator = anthropicOf(server, (await server.newOperatorKey()).secret)
    expect(await anthropicRefusal(operator.messages.batches.list())).toBeInstanceOf(
      Anthropic.PermissionDeniedError,
    )
  })

  it('what the key may not spend', async () => {
    const { secret } = await server.newKey({ limits: { spend: 1n } })
    const error = await anthropicRefusal(anthropicOf(server, secret).messages.batches.create(good()))
    expect(error).toBeInstanceOf(Anthropic.PaymentRequiredError)
    expect(error.type).toBe('billing_error')
  })

  it('what is not there, or is of another API or account', async () => {
    const { batches } = client.messages
    const native = await call(`${server.url}/v1/batches`, {
      key: server.key,
      body: { model: MODEL, tasks: [{ prompt: 'x' }] },
    })
    const { secret } = await server.newKey({ account: 'acct_stranger' })
    const theirs = await anthropicOf(server, secret).messages.batches.create(good())
    for (const id of ['msgbatch_none', 'none', String((native.json as { id: string }).id), theirs.id]) {
      const calls: Array<() => Promise<unknown>> = [
        () => batches.retrieve(id),
        () => batches.cancel(id),
        () => batches.delete(id),
        () => batches.results(id),
      ]
      for (const ask of calls) expect(await anthropicRefusal(ask())).toBeInstanceOf(Anthropic.NotFoundError)
    }
  })

  it('an idempotency key of another body', async () => {
    const headers = { 'idempotency-key': 'night-7' }
    const first = await client.messages.batches.create(good(), { headers })
    expect((await client.messages.batches.create(good(), { headers })).id).toBe(first.id)
    const other = { requests: [messageRequest('b', 'x')] }
    expect(await anthropicRefusal(client.messages.batches.create(other, { headers }))).toBeInstanceOf(
      Anthropic.UnprocessableEntityError,
    )
    // A body that would be refused is a conflict all the same.
    expect(
      await anthropicRefusal(client.messages.batches.create({ requests: [] }, { headers })),
    ).toBeInstanceOf(Anthropic.UnprocessableEntityError)
  })
})

describe('a create', () => {
  it('whose reply was lost is sent again by the client, and makes one batch', async () => {
    const { secret } = await server.newKey({ account: 'acct_forgetful' })
    let calls = 0
    const forgetful = new Anthropic({
      apiKey: secret,
      baseURL: server.url,
      fetch: async (url, init) => {
        calls += 1
        const response = await fetch(url, init)
        if (calls > 1) return response
        await response.arrayBuffer()
        throw new TypeError('the reply was lost')
      },
    })
    const made = await forgetful.messages.batches.create(good())
    expect(calls).toBe(2)
    const { data } = await anthropicOf(server, secret).messages.batches.list()
    expect(data.map(({ id }) => id)).toEqual([made.id])
    // Sent on purpose it is another one.
    expect((await anthropicOf(server, secret).messages.batches.create(good())).id).not.toBe(made.id)
    expect(server.blobs().filter((name) => name.startsWith(`inputs/${made.id}`))).toHaveLength(1)
  })

  it('of either version, and with either header for the key, makes a batch', async () => {
    for (const version of ['2023-01-01', '2023-06-01', '2026-10-21']) {
      const headers = { 'anthropic-version': version, 'x-api-key': server.key }
      const answer = await call(`${server.url}/v1/messages/batches`, { headers, body: good() })
      expect(batchOf(answer).type).toBe('message_batch')
      const { id } = batchOf(await post(good(), { 'anthropic-version': version }))
      const beta = { ...headers, 'anthropic-beta': 'message-batches-2024-09-24' }
      const seen = await call(`${server.url}/v1/messages/batches/${id}`, { headers: beta })
      expect(batchOf(seen).id).toBe(id)
    }
    expect((await post(good(), { 'anthropic-version': '1999-01-01' })).status).toBe(400)
  })

  it('has its requests before or behind what else it says, in chunks of any size', async () => {
    const webhook = { url: 'https://93.184.215.14/in', events: ['batch.completed'] }
    for (const body of [
      { webhook, ...good() },
      { ...good(), webhook },
    ]) {
      const text = JSON.stringify(body)
      const stream = new ReadableStream({
        start(controller) {
          for (let at = 0; at < text.length; at += 7) controller.enqueue(Buffer.from(text.slice(at, at + 7)))
          controller.close()
        },
      })
      const response = await fetch(`${server.url}/v1/messages/batches`, {
        method: 'POST',
        headers: { ...VERSION, authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
        body: stream,
        duplex: 'half',
      })
      expect([response.status, await response.json()]).toMatchObject([200, { type: 'message_batch' }])
    }
  })
})

it('a body that breaks off makes no batch, and nothing of it is kept', async () => {
  const rows = await server.count('batch')
  const begun = () => server.blobs().filter((name) => name.startsWith('tmp/'))
  await until('others to be done', () => begun().length === 0)
  const raw = await openRaw(server.url)
  const head = `host: x\r\nauthorization: Bearer ${server.key}\r\nanthropic-version: 2026-10-21`
  await raw.send(
    `POST /v1/messages/batches HTTP/1.1\r\n${head}\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n`,
  )
  await raw.send(JSON.stringify(good()).slice(0, -2) + ' '.repeat(100_000))
  await until('its blob to be begun', () => begun().length > 0)
  raw.close()
  await until('its blob to be gone', () => begun().length === 0)
  expect(await server.count('batch')).toBe(rows)
})

describe('where results are', () => {
  it('is refused to be said to a host that could lead elsewhere', async () => {
    const { id } = await client.messages.batches.create(good())
    await messageBatchEnded(client, { id })
    const path = `/v1/messages/batches/${id}`
    const asked = async (host: string): Promise<string> => {
      const raw = await openRaw(server.url)
      const head = `host: ${host}\r\nauthorization: Bearer ${server.key}\r\nconnection: close`
      await raw.send(`GET ${path} HTTP/1.1\r\n${head}\r\n\r\n`)
      return raw.ended()
    }
    expect(await asked('batches.example.com:8443')).toContain(
      `"results_url":"http://batches.example.com:8443${path}/results"`,
    )
    for (const host of ['a.test/x', 'a.test?x', 'user@a.test', 'a.test#']) {
      expect(await asked(host)).toMatch(/^HTTP\/1\.1 400 /)
    }
  })

  it('is what the installation says, where it does', async () => {
    const other = await openMessagesGateway(provider, {
      adapt: (config) => ({ ...config, publicUrl: 'https://llm.example.com/batch' }),
    })
    try {
      const there = anthropicOf(other)
      const { id } = await there.messages.batches.create(good())
      const ended = await messageBatchEnded(there, { id })
      expect(ended.results_url).toBe(`https://llm.example.com/batch/v1/messages/batches/${id}/results`)
    } finally {
      await other.stop()
    }
  })
})
