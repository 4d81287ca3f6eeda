import fc from 'fast-check'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import {
  chatLine,
  chatLines,
  createOf,
  ended,
  openaiOf,
  refusalOf,
  submit,
  upload,
} from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const ENVELOPE = {
  error: {
    message: expect.stringMatching(/./),
    type: expect.stringMatching(/^(invalid_request_error|server_error)$/),
    param: expect.toSatisfy((param) => param === null || typeof param === 'string'),
    code: expect.toSatisfy((code) => code === null || typeof code === 'string'),
  },
}

type Expected = readonly [
  what: string,
  make: () => Promise<unknown>,
  kind: new (...args: never[]) => Error,
  shown: object,
]

const CASES: readonly Expected[] = [
  [
    'a wrong key',
    () => openaiOf(server, 'sk-wrong').files.list(),
    OpenAI.AuthenticationError,
    { status: 401, code: 'invalid_api_key', type: 'invalid_request_error' },
  ],
  [
    'a wrong key of a batch',
    () => createOf(openaiOf(server, 'sk-wrong'), 'file-x'),
    OpenAI.AuthenticationError,
    { status: 401 },
  ],
  [
    'a wrong key of models',
    () => openaiOf(server, 'sk-wrong').models.list(),
    OpenAI.AuthenticationError,
    { status: 401 },
  ],
  [
    'a model that the key may not use',
    async () =>
      openaiOf(server, (await server.newKey({ models: ['batch-pro'] })).secret).post('/batches', {
        body: { model: 'gpt-4.1', tasks: [{ prompt: 'p' }] },
      }),
    OpenAI.PermissionDeniedError,
    { status: 403, code: 'model_not_allowed', param: 'model' },
  ],
  [
    'no such file',
    () => openai.files.retrieve('file-x'),
    OpenAI.NotFoundError,
    { status: 404, code: null, param: null },
  ],
  [
    'no such content',
    () => openai.files.content('file-x'),
    OpenAI.NotFoundError,
    { status: 404, code: null },
  ],
  [
    'no such batch',
    () => openai.batches.retrieve('batch_x'),
    OpenAI.NotFoundError,
    { status: 404, code: null },
  ],
  [
    'no such batch to cancel',
    () => openai.batches.cancel('batch_x'),
    OpenAI.NotFoundError,
    { status: 404, code: null },
  ],
  [
    'no such model',
    () => openai.models.retrieve('gpt-9'),
    OpenAI.NotFoundError,
    { status: 404, code: 'model_not_found' },
  ],
  [
    'no such path',
    () => openai.post('/assistants', { body: {} }),
    OpenAI.NotFoundError,
    { status: 404, code: 'unknown_url' },
  ],
  [
    'a body that is no JSON',
    () => openai.post('/batches', { body: 'x', headers: { 'content-type': 'application/json' } }),
    OpenAI.BadRequestError,
    { status: 400, code: 'invalid_json' },
  ],
  [
    'an upload that is no JSON',
    () => openai.post('/uploads', { body: '{', headers: { 'content-type': 'application/json' } }),
    OpenAI.BadRequestError,
    { status: 400, code: 'invalid_json' },
  ],
  [
    'an upload that is no object',
    () => openai.post('/uploads', { body: [1] }),
    OpenAI.BadRequestError,
    { status: 400, code: 'invalid_type' },
  ],
  [
    'an upload with a key twice',
    () =>
      openai.post('/uploads', {
        body: '{"bytes":1,"bytes":2}',
        headers: { 'content-type': 'application/json' },
      }),
    OpenAI.BadRequestError,
    { status: 400, code: 'duplicate_key' },
  ],
  [
    'a body with a key twice',
    () =>
      openai.post('/batches', {
        body: '{"input_file_id":"a","input_file_id":"b"}',
        headers: { 'content-type': 'application/json' },
      }),
    OpenAI.BadRequestError,
    { status: 400 },
  ],
  [
    'another media type',
    () => openai.post('/batches', { body: 'x', headers: { 'content-type': 'text/plain' } }),
    OpenAI.APIError,
    { status: 415, code: 'unsupported_media_type' },
  ],
  [
    'another method',
    () => openai.put('/files', { body: {} }),
    OpenAI.APIError,
    { status: 405, code: 'method_not_allowed' },
  ],
]

describe('an error', () => {
  it.each(CASES)('for %s is of its class', async (_what, make, kind, shown) => {
    const error = await refusalOf(make())
    expect(error).toBeInstanceOf(kind)
    expect(error).toMatchObject(shown)
    expect(error.requestID).toMatch(/^req_/)
    expect({ error: error.error }).toEqual(ENVELOPE)
  })

  it("is OpenAI's for whoever asks about files, uploads, or a batch of a file", async () => {
    const batch = await submit(openai, chatLines(1))
    for (const path of [
      '/v1/files/x',
      '/v1/uploads/x',
      '/v1/files?limit=0',
      '/v1/batches?limit=0',
      `/v1/batches/${batch.id}/results?merged=x`,
    ]) {
      expect((await call(`${server.url}${path}`, { key: server.key })).json).toEqual(ENVELOPE)
    }
    const body = { input_file_id: 'file-x', endpoint: '/v1/chat/completions', completion_window: '24h' }
    expect((await call(`${server.url}/v1/batches`, { key: server.key, body })).json).toEqual(ENVELOPE)
    const native = await call(`${server.url}/v1/batches/batch_x`, { key: server.key })
    expect(native.json).toMatchObject({ error: 'not_found' })
  })

  it('is never a fault of ours, whatever the body of a create or an upload is', async () => {
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom('24h', '/v1/chat/completions', 'file-x', 'batch', 'a.jsonl'),
    )
    const names = [
      'input_file_id',
      'endpoint',
      'completion_window',
      'metadata',
      'output_expires_after',
      'filename',
      'purpose',
      'bytes',
      'mime_type',
      'expires_after',
      'part_ids',
      'md5',
      'x',
    ]
    const object = fc
      .dictionary(fc.constantFrom(...names), value)
      .map((each) => Buffer.from(JSON.stringify(each)))
    const bytes = fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each))
    const upload_ = await openai.uploads.create({
      filename: 'a.jsonl',
      purpose: 'batch',
      bytes: 3,
      mime_type: 'a/b',
    })
    const paths = ['/v1/batches', '/v1/uploads', `/v1/uploads/${upload_.id}/complete`]
    await fc.assert(
      fc.asyncProperty(fc.oneof(object, bytes), fc.constantFrom(...paths), async (body, path) => {
        const headers = { 'x-stainless-lang': 'js' }
        const { status, json } = await call(`${server.url}${path}`, { key: server.key, body, headers })
        if (status === 200) return
        expect([400, 413]).toContain(status)
        expect(json).toEqual(ENVELOPE)
      }),
      { numRuns: 150 },
    )
  })

  it('is never a fault of ours, whatever a form is', async () => {
    const part = fc.tuple(
      fc.constantFrom(
        'name="file"; filename="a.jsonl"',
        'name="purpose"',
        'name="data"; filename=""',
        'name=""',
        'name',
        'x',
      ),
      fc.string({ maxLength: 30 }),
      fc.constantFrom('\r\n', '\n', '', '\r\n--XX'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), fc.boolean(), async (parts, isWhole) => {
        const text = parts
          .map(
            ([head, content, end]) =>
              `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}${end}`,
          )
          .join('')
        const { status, json } = await call(`${server.url}/v1/files`, {
          key: server.key,
          body: isWhole ? `${text}--XX--\r\n` : text,
          headers: { 'content-type': 'multipart/form-data; boundary=XX' },
        })
        expect([200, 400]).toContain(status)
        if (status === 400) expect(json).toEqual(ENVELOPE)
      }),
      { numRuns: 150 },
    )
  })
})

describe('another account', () => {
  const ABSENT = '0Vc94UQAD0873hVv5ll37BzA'

  it('sees no file, upload or batch, and cannot tell that they are there', async () => {
    const file = await upload(openai, chatLines(1))
    const batch = await ended(openai, await createOf(openai, file.id))
    const pending = await openai.uploads.create({
      filename: 'a.jsonl',
      purpose: 'batch',
      bytes: 3,
      mime_type: 'a/b',
    })
    const { secret } = await server.newKey({ account: 'acct_other' })
    const seenAs = async (method: string, path: string, id: string, body?: unknown) => {
      const answer = await call(`${server.url}${path.replace('{id}', id)}`, {
        method,
        key: secret,
        ...(body === undefined ? {} : { body }),
      })
      const names = [...answer.headers.keys()].filter((name) => name !== 'content-length').toSorted()
      return { status: answer.status, names, text: answer.text.replaceAll(id, '{id}') }
    }
    const output = batch.output_file_id ?? ''
    const looks: ReadonlyArray<readonly [string, string, string, string, unknown?]> = [
      ['GET', '/v1/files/{id}', file.id, `file-${ABSENT}`],
      ['GET', '/v1/files/{id}/content', file.id, `file-${ABSENT}`],
      ['DELETE', '/v1/files/{id}', file.id, `file-${ABSENT}`],
      ['GET', '/v1/files/{id}', output, `file-out_${ABSENT}`],
      ['GET', '/v1/files/{id}/content', output, `file-out_${ABSENT}`],
      ['DELETE', '/v1/files/{id}', output, `file-out_${ABSENT}`],
      ['GET', '/v1/batches/{id}', batch.id, `batch_${ABSENT}`],
      ['GET', '/v1/batches/{id}/results?order=completion', batch.id, `batch_${ABSENT}`],
      ['POST', '/v1/batches/{id}/cancel', batch.id, `batch_${ABSENT}`],
      ['POST', '/v1/batches/{id}/retry', batch.id, `batch_${ABSENT}`],
      ['DELETE', '/v1/batches/{id}', batch.id, `batch_${ABSENT}`],
      ['POST', '/v1/uploads/{id}/cancel', pending.id, `upload_${ABSENT}`],
      ['POST', '/v1/uploads/{id}/complete', pending.id, `upload_${ABSENT}`, { part_ids: [] }],
      ['POST', '/v1/uploads/{id}/parts', pending.id, `upload_${ABSENT}`],
    ]
    for (const [method, path, id, absent, body] of looks) {
      const foreign = await seenAs(method, path, id, body)
      expect([path, foreign]).toEqual([path, await seenAs(method, path, absent, body)])
      expect(foreign.status).toBe(404)
    }
    const stranger = openaiOf(server, secret)
    const [refused, missing] = [
      await refusalOf(createOf(stranger, file.id)),
      await refusalOf(createOf(stranger, `file-${ABSENT}`)),
    ]
    expect([refused.status, refused.message.replace(file.id, 'X')]).toEqual([
      400,
      missing.message.replace(`file-${ABSENT}`, 'X'),
    ])
    expect((await stranger.files.list()).data).toEqual([])
    expect((await stranger.files.list({ after: file.id })).data).toEqual([])
    expect((await stranger.batches.list({ after: batch.id })).data).toEqual([])
    expect(await openai.files.retrieve(file.id)).toEqual(file)
    expect(await openai.batches.retrieve(batch.id)).toEqual(batch)
  })
})

it('a key that is limited to models is told which lines ask for others', async () => {
  const { secret } = await server.newKey({ models: ['batch-4.1'] })
  const limited = openaiOf(server, secret)
  const lines = ['batch-4.1', 'gpt-4.1', 'batch-4.1'].map((model, n) => chatLine(`m-${n}`, 'x', { model }))
  const batch = await ended(limited, await submit(limited, lines))
  expect(batch).toMatchObject({
    status: 'failed',
    errors: { data: [{ code: 'model_not_found', line: 2, param: 'body.model' }] },
  })
  const good = await submit(
    limited,
    lines.filter((_, n) => n !== 1),
  )
  expect((await ended(limited, good)).request_counts).toEqual({ total: 2, completed: 2, failed: 0 })
  expect((await limited.models.list()).data.map(({ id }) => id)).toEqual(['batch-4.1'])
})
