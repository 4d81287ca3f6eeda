import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, SheepfoldError } from './index.ts'

interface Seen {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

type Reply = (response: ServerResponse) => void

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(body))
  }

/** Answers each request with the next reply, and the last one for ever. */
const serve = async (...replies: Reply[]) => {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const bytes of request) body += bytes
    seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body })
    const reply = replies[Math.min(seen.length, replies.length) - 1]
    reply?.(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const client = createClient({
    baseUrl: `http://127.0.0.1:${port}/`,
    apiKey: 'sk-holysheep-test',
    backoffMs: 1,
  })
  return { seen, client, port }
}

const failure = async (call: Promise<unknown>): Promise<SheepfoldError> => {
  const outcome: unknown = await call.catch((error: unknown) => error)
  if (outcome instanceof SheepfoldError) return outcome
  throw new Error('the call was expected to fail')
}

const running = { batch_id: 'batch_1', id: 'batch_1', status: 'in_progress', progress: 0, error: null }
const body = { model: 'batch-4.1', tasks: [{ custom_id: 'a', prompt: 'Hello' }] }

describe('a create', () => {
  it('sends the body, the key and an idempotency key of its own', async () => {
    const { client, seen } = await serve(json(200, running))
    const batch = await client.batches.create(body)
    expect(batch).toMatchObject({ batch_id: 'batch_1', status: 'in_progress', progress: 0, counts: null })
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/v1/batches', body: JSON.stringify(body) })
    expect(seen[0]?.headers.authorization).toBe('Bearer sk-holysheep-test')
    expect(seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('is sent again under the same key after a lost connection, 429 and 503', async () => {
    const { client, seen } = await serve(
      (response) => response.destroy(),
      json(429, { error: 'rate_limited', message: 'slow down' }, { 'retry-after': '0' }),
      json(503, { error: 'unavailable', message: 'starting' }),
      json(200, running),
    )
    await client.batches.create(body)
    expect(seen).toHaveLength(4)
    expect(new Set(seen.map((request) => request.headers['idempotency-key'])).size).toBe(1)
    expect(new Set(seen.map((request) => request.body)).size).toBe(1)
  })

  it('keeps the key that it is given', async () => {
    const { client, seen } = await serve(json(200, running))
    await client.batches.create(body, { idempotencyKey: 'mine' })
    expect(seen[0]?.headers['idempotency-key']).toBe('mine')
  })

  it('is not sent again when it is refused', async () => {
    const refusal = { error: 'batch_size_exceeded', max_allowed: 1000, received: 2500 }
    const { client, seen } = await serve(json(413, refusal))
    const error = await failure(client.batches.create(body))
    expect(error).toMatchObject({ status: 413, code: 'batch_size_exceeded', body: refusal })
    expect(seen).toHaveLength(1)
  })
})

describe('errors', () => {
  it('carry status, code, message and body of a refusal', async () => {
    const refusal = { error: 'unauthorized', message: 'Invalid or expired API key' }
    const { client } = await serve(json(401, refusal))
    const error = await failure(client.models.list())
    expect(error).toMatchObject({
      status: 401,
      code: 'unauthorized',
      message: refusal.message,
      body: refusal,
    })
  })

  it("are the server's own words in Anthropic's dialect too, and Anthropic's type where there are none", async () => {
    const details = { error_code: 'not_ended', field: 'id' }
    const error = { type: 'invalid_request_error', message: 'it still runs' }
    const { client } = await serve(
      json(400, { type: 'error', error: { ...error, details }, request_id: 'req_1' }),
      json(400, { type: 'error', error, request_id: 'req_1' }),
    )
    expect(await failure(client.batches.show('msgbatch_1'))).toMatchObject({
      code: 'not_ended',
      param: 'id',
      message: 'it still runs',
    })
    expect(await failure(client.batches.show('msgbatch_1'))).toMatchObject({
      code: 'invalid_request_error',
      param: null,
    })
  })

  it('keep a body that is no JSON', async () => {
    const { client } = await serve((response) => response.writeHead(404).end('<html>'))
    expect(await failure(client.batches.get('x'))).toMatchObject({ code: 'http_404', body: '<html>' })
  })

  it('say why nobody answered, after the retries', async () => {
    const { port } = await serve()
    stops.pop()?.()
    const client = createClient({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey: 'k',
      backoffMs: 1,
      retriesMax: 1,
    })
    const error = await failure(client.models.list())
    expect(error).toMatchObject({ status: null, code: 'unreachable' })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('name a status that the dialect does not have', async () => {
    const { client } = await serve(json(200, { ...running, status: 'validating' }))
    const error = await failure(client.batches.get('batch_1'))
    expect(error).toMatchObject({ code: 'unexpected_answer' })
    expect(error.message).toContain('"validating"')
  })

  it('say at once what is wrong with an address', () => {
    expect(() => createClient({ baseUrl: 'localhost:8787', apiKey: 'k' })).toThrow('it must be like')
  })
})

describe('a long poll', () => {
  it('asks to wait and reads an answer behind spaces', async () => {
    const { client, seen } = await serve((response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(' ')
      setImmediate(() => response.end(JSON.stringify({ ...running, status: 'completed', progress: 100 })))
    })
    const batch = await client.batches.get('batch_1', { waitSeconds: 7 })
    expect(batch.status).toBe('completed')
    expect(seen[0]?.headers.prefer).toBe('wait=7, return=minimal')
  })

  it('that breaks off in its middle is asked again', async () => {
    const { client, seen } = await serve(
      (response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        response.write(' ')
        setImmediate(() => response.destroy())
      },
      (response) => response.end('  '),
      json(200, { ...running, status: 'completed' }),
    )
    expect((await client.batches.get('batch_1')).status).toBe('completed')
    expect(seen).toHaveLength(3)
  })

  it('ends when it is interrupted, without another call', async () => {
    const stop = new AbortController()
    const { client, seen } = await serve(() => stop.abort())
    const error = await failure(client.batches.get('batch_1', { waitSeconds: 20, signal: stop.signal }))
    expect(error.code).toBe('interrupted')
    expect(seen).toHaveLength(1)
  })
})

describe('the other calls', () => {
  it('read results, whichever of the two lists a server gives', async () => {
    const entry = {
      custom_id: 'a',
      index: 0,
      status: 'succeeded',
      output: 'Hi',
      error: null,
      cost: '0.000012',
    }
    const { client, seen } = await serve(
      json(200, { status: 'completed', results: [entry], data: [entry], error: null }),
      json(200, { status: 'failed', data: [], error: { error: 'timeout', message: 'too long' } }),
    )
    const { results } = await client.batches.results('batch_1')
    expect(results).toEqual([{ ...entry, model: null, finish_reason: null, usage: null }])
    expect(seen[0]?.path).toBe('/v1/batches/batch_1/results')
    expect(await client.batches.results('batch_1')).toEqual({
      status: 'failed',
      results: [],
      error: { error: 'timeout', message: 'too long' },
    })
  })

  it('read what the server tells beyond the contract', async () => {
    const more = {
      counts: { total: 2, succeeded: 1, failed: 1, expired: 0, cancelled: 0 },
      usage: { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12, cached_tokens: 0 },
      cost: {
        currency: 'USD',
        batch: '0.000024',
        real_time: '0.000096',
        saved: '0.000072',
        saved_percent: 75,
      },
      latency: { mean_ms: 301.5, p99_ms: 398 },
      waiting: { code: 'no_deployment', message: 'The key was revoked.' },
      created_at: '2026-01-01T00:00:00.000Z',
      ended_at: null,
    }
    const { client } = await serve(json(200, { ...running, ...more }))
    expect(await client.batches.get('batch_1')).toMatchObject(more)
  })

  it('cancel, delete and list', async () => {
    const { client, seen } = await serve(
      json(200, { ...running, status: 'failed', error: { error: 'cancelled', message: 'Cancelled' } }),
      (response) => response.writeHead(204).end(),
      json(200, { object: 'list', data: [{ id: 'batch-4.1', object: 'model' }] }),
    )
    expect((await client.batches.cancel('batch_1')).error?.error).toBe('cancelled')
    await client.batches.delete('batch_1')
    expect(await client.models.list()).toEqual([{ id: 'batch-4.1', object: 'model' }])
    expect(seen.map((request) => `${request.method} ${request.path}`)).toEqual([
      'POST /v1/batches/batch_1/cancel',
      'DELETE /v1/batches/batch_1',
      'GET /v1/models',
    ])
  })
})

describe('what became of fields that the provider has no word for', () => {
  const loss = {
    model: 'batch-pro',
    endpoint: '/v1/chat/completions',
    field: 'options.seed',
    action: 'dropped',
    requests: 2,
    example: 'a',
    from: '7',
    to: null,
  }
  const { endpoint: _, ...told } = loss

  it('is read with a batch; a server that says nothing of it has lost nothing', async () => {
    const { client } = await serve(json(200, { ...running, losses: [loss, 'odd'] }), json(200, running))
    expect((await client.batches.get('batch_1')).losses).toEqual([told])
    expect((await client.batches.get('batch_1')).losses).toEqual([])
  })

  it('is asked before a batch is made', async () => {
    const answer = { object: 'batch.check', model: 'batch-pro', requests: 2, accepted: false, losses: [loss] }
    const { client, seen } = await serve(json(200, answer))
    expect(await client.batches.check({ ...body, lossy: 'refuse' })).toEqual({
      requests: 2,
      accepted: false,
      losses: [told],
    })
    expect(seen).toMatchObject([{ method: 'POST', path: '/v1/batches/check' }])
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ ...body, lossy: 'refuse' })
  })
})
