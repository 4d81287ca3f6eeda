import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, SheepfoldError } from './index.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
}

type Reply = (response: ServerResponse) => void

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const json =
  (status: number, body: unknown): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

/** Answers each request with the next reply, and the last one for ever. */
const serve = async (...replies: Reply[]) => {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const { method = '', url = '', headers } = request
    seen.push({ method, url, headers, bytes: Buffer.concat(pieces) })
    replies[Math.min(seen.length, replies.length) - 1]?.(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const client = createClient({ baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'sk-test', backoffMs: 1 })
  return { client, seen }
}

const failure = async (call: Promise<unknown>): Promise<SheepfoldError> => {
  const outcome: unknown = await call.catch((error: unknown) => error)
  if (outcome instanceof SheepfoldError) return outcome
  throw new Error('the call was expected to fail')
}

const formOf = ({ headers, bytes }: Seen) =>
  new Response(new Uint8Array(bytes), {
    headers: { 'content-type': headers['content-type'] ?? '' },
  }).formData()

const file = {
  id: 'file-1',
  object: 'file',
  bytes: 3,
  created_at: 10,
  expires_at: 20,
  filename: 'in.jsonl',
  purpose: 'batch',
  status: 'processed',
  status_details: null,
}

const batch = {
  id: 'batch_1',
  object: 'batch',
  endpoint: '/v1/chat/completions',
  errors: null,
  input_file_id: 'file-1',
  status: 'in_progress',
  request_counts: { total: 3, completed: 1, failed: 1 },
  usage: { input_tokens: 5, input_tokens_details: { cached_tokens: 2 }, output_tokens: 3, total_tokens: 8 },
  metadata: { night: '1' },
  created_at: 10,
}

const refusal = {
  error: { message: 'No such File object', type: 'invalid_request_error', param: 'id', code: null },
}

describe('files', () => {
  it('are uploaded as a form, again after a lost connection, with the same bytes', async () => {
    const { client, seen } = await serve((response) => response.destroy(), json(200, file))
    const uploaded = await client.files.upload({ content: new Blob(['a\n한']), filename: 'in.jsonl' })
    expect(uploaded).toEqual({
      id: 'file-1',
      filename: 'in.jsonl',
      bytes: 3,
      purpose: 'batch',
      status: 'processed',
      created_at: 10,
      expires_at: 20,
    })
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(Array(2).fill('POST /v1/files'))
    for (const request of seen) {
      const form = await formOf(request)
      expect(form.get('purpose')).toBe('batch')
      const sent = form.get('file')
      expect(sent instanceof File && [sent.name, await sent.text()]).toEqual(['in.jsonl', 'a\n한'])
    }
  })

  it('are listed, shown and deleted', async () => {
    const { client, seen } = await serve(
      json(200, { object: 'list', data: [file], has_more: true }),
      json(200, file),
      json(200, { id: 'file-1', deleted: true }),
    )
    expect(await client.files.list({ purpose: 'batch', limit: 1, after: 'file-9' })).toMatchObject({
      data: [{ id: 'file-1' }],
      has_more: true,
    })
    expect(await client.files.get('file-1')).toMatchObject({ filename: 'in.jsonl' })
    await client.files.delete('file/1')
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/files?purpose=batch&limit=1&after=file-9',
      'GET /v1/files/file-1',
      'DELETE /v1/files/file%2F1',
    ])
  })

  it('give their bytes; a refusal is retried where it may pass, and thrown in the words of the server', async () => {
    const { client } = await serve(json(503, {}), (response) => response.writeHead(200).end('abc'))
    let text = ''
    for await (const bytes of await client.files.content('file-1')) text += Buffer.from(bytes)
    expect(text).toBe('abc')
    const gone = await serve(json(404, refusal))
    expect(await failure(gone.client.files.content('file-1'))).toMatchObject({
      status: 404,
      code: 'invalid_request_error',
      param: 'id',
      message: 'No such File object',
      body: refusal,
    })
  })

  it('that break off say so', async () => {
    const { client } = await serve((response) => {
      response.writeHead(200, { 'content-length': '10' })
      response.write('abc', () => response.destroy())
    })
    const read = async () => {
      for await (const _bytes of await client.files.content('file-1'));
    }
    expect(await failure(read())).toMatchObject({ code: 'unreachable', status: null })
  })

  it('can be interrupted half-way', async () => {
    const { client } = await serve((response) => response.writeHead(200).write('abc'))
    const stop = new AbortController()
    const read = async () => {
      for await (const _bytes of await client.files.content('file-1', { signal: stop.signal })) stop.abort()
    }
    expect(await failure(read())).toMatchObject({ code: 'interrupted' })
  })
})

describe('batches of files', () => {
  it('are created with what OpenAI asks for', async () => {
    const { client, seen } = await serve(json(200, batch))
    const made = await client.fileBatches.create(
      { input_file_id: 'file-1', metadata: { night: '1' } },
      { idempotencyKey: 'k' },
    )
    expect(JSON.parse(String(seen[0]?.bytes))).toEqual({
      input_file_id: 'file-1',
      metadata: { night: '1' },
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    })
    expect(seen[0]?.headers['idempotency-key']).toBe('k')
    expect(made).toMatchObject({
      id: 'batch_1',
      output_file_id: null,
      usage: { input_tokens: 5, cached_tokens: 2, output_tokens: 3, total_tokens: 8 },
      metadata: { night: '1' },
      ended_at: null,
      errors: [],
    })
  })

  it('are created once where that is asked for', async () => {
    const { client, seen } = await serve(json(503, {}))
    const call = client.fileBatches.create({ input_file_id: 'file-1' }, { retriesMax: 0 })
    expect(await failure(call)).toMatchObject({ status: 503 })
    expect(seen).toHaveLength(1)
  })

  it('say why they were refused, and when they ended; an unknown status is passed on', async () => {
    const errors = {
      object: 'list',
      data: [{ code: 'invalid_json_line', line: 2, message: 'no JSON', param: null }],
    }
    const { client } = await serve(
      json(200, { ...batch, status: 'failed', errors, failed_at: 30 }),
      json(200, { ...batch, status: 'resting' }),
    )
    expect(await client.fileBatches.get('batch_1')).toMatchObject({
      errors: [{ code: 'invalid_json_line', line: 2, message: 'no JSON' }],
      ended_at: 30,
    })
    expect(await client.fileBatches.get('batch_1')).toMatchObject({ status: 'resting' })
  })
})

describe('batches of any dialect', () => {
  const native = { batch_id: 'batch_2', id: 'batch_2', status: 'completed', progress: 100, error: null }

  it('are listed and shown, each in its own', async () => {
    const { client, seen } = await serve(
      json(200, { data: [batch, native], has_more: false }),
      json(200, native),
      json(200, { ...batch, status: 'cancelling' }),
      json(200, { ...batch, id: 'batch_3', retry_of: 'batch_1' }),
    )
    const { data } = await client.batches.list({ limit: 2, after: 'batch_9' })
    expect(data.map(({ dialect }) => dialect)).toEqual(['openai', 'native'])
    expect(await client.batches.show('batch_2')).toMatchObject({
      dialect: 'native',
      batch: { progress: 100 },
    })
    expect(await client.batches.stop('batch_1')).toMatchObject({ batch: { status: 'cancelling' } })
    expect(await client.batches.retry('batch_1')).toMatchObject({
      batch: { id: 'batch_3', retry_of: 'batch_1' },
    })
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v1/batches?limit=2&after=batch_9',
      'GET /v1/batches/batch_2',
      'POST /v1/batches/batch_1/cancel',
      'POST /v1/batches/batch_1/retry',
    ])
  })

  it('are message batches where they say so, with counts that are 0 where a server leaves them out', async () => {
    const messages = {
      id: 'msgbatch_1',
      type: 'message_batch',
      processing_status: 'canceling',
      request_counts: { processing: 2, succeeded: 0 },
      created_at: '2026-01-01T00:00:00Z',
      expires_at: '2026-01-02T00:00:00Z',
      ended_at: null,
      archived_at: null,
      cancel_initiated_at: '2026-01-01T00:00:01Z',
      results_url: null,
    }
    const { client } = await serve(json(200, messages))
    const { type: _type, archived_at: _archived, ...told } = messages
    expect(await client.batches.stop('msgbatch_1')).toEqual({
      dialect: 'anthropic',
      batch: {
        ...told,
        request_counts: { processing: 2, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
        losses: [],
      },
    })
  })

  it('give the lines of a message batch as they come', async () => {
    const { client, seen } = await serve((response) => response.writeHead(200).end('{"custom_id": "a"}\n'))
    let text = ''
    for await (const bytes of await client.batches.messageLines('msgbatch_1')) text += Buffer.from(bytes)
    expect(text).toBe('{"custom_id": "a"}\n')
    expect(seen.map(({ url }) => url)).toEqual(['/v1/messages/batches/msgbatch_1/results'])
  })

  it('give what is finished since a cursor, and what is merged', async () => {
    const page = { status: 'in_progress', results: [{ custom_id: 'a' }], next_cursor: 'c2', has_more: false }
    const { client, seen } = await serve(
      json(200, page),
      json(200, { status: 'completed', results: [{ x: 1 }] }),
    )
    expect(await client.batches.finished('batch_1', { cursor: 'c1' })).toEqual(page)
    expect(await client.batches.merged('batch_1')).toEqual([{ x: 1 }])
    expect(seen.map(({ url }) => url)).toEqual([
      '/v1/batches/batch_1/results?order=completion&cursor=c1',
      '/v1/batches/batch_1/results?merged=true',
    ])
    expect(seen[0]?.headers.prefer).toBe('wait=0')
  })

  it.each([
    ['a list', [], 'list'],
    ['no data', { object: 'list' }, 'list'],
    ['a batch without id', { data: [{ status: 'completed' }] }, 'list'],
    ['a batch without status', { id: 'batch_1' }, 'show'],
    ['a message batch without status', { id: 'msgbatch_1', type: 'message_batch' }, 'show'],
    ['a message batch without id', { type: 'message_batch', processing_status: 'ended' }, 'show'],
    ['no cursor', { status: 'completed', results: [] }, 'finished'],
    ['no results', { status: 'completed' }, 'merged'],
  ] as const)('do not take %s for an answer', async (_what, answer, call) => {
    const { client } = await serve(json(200, answer))
    expect(await failure(client.batches[call]('batch_1' as never))).toMatchObject({
      code: 'unexpected_answer',
    })
  })
})
