import OpenAI, { toFile } from 'openai'
import type { FileListParams } from 'openai/resources/files'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { chatLines, openaiOf, upload } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { openRaw, statusOf } from '../support/raw-http.ts'
import { until } from '../support/wait.ts'

const BYTES_MAX = 2_000_000
const DAY = 86_400

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      files: { ...config.files, bytesMax: BYTES_MAX },
      execute: { ...config.execute, tickMs: 50 },
    }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

/** Of files: those of a batch are looked at elsewhere. */
const blobs = (): string[] => server.blobs().filter((name) => name.startsWith('files/'))

interface Part {
  readonly head: string
  readonly content: string
}

const field = (name: string, content: string): Part => ({ head: `name="${name}"`, content })
const file = (content: string, filename = 'in.jsonl', name = 'file'): Part => ({
  head: `name="${name}"; filename="${filename}"\r\nContent-Type: application/octet-stream`,
  content,
})

const multipart = (parts: readonly Part[]): string =>
  `${parts.map(({ head, content }) => `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`).join('')}--XX--\r\n`

const post = (parts: readonly Part[], body = multipart(parts)) =>
  call(`${server.url}/v1/files`, {
    key: server.key,
    body,
    headers: { 'content-type': 'multipart/form-data; boundary=XX' },
  })

describe('a file that is created', () => {
  it('is the documented object, and is there at once', async () => {
    const content = Buffer.from(chatLines(3).join('\n'))
    const made = await upload(openai, content, 'nightly.jsonl')
    expect(Object.keys(made).filter((name) => !name.startsWith('_'))).toEqual([
      'id',
      'object',
      'bytes',
      'created_at',
      'expires_at',
      'filename',
      'purpose',
      'status',
      'status_details',
    ])
    expect(made).toMatchObject({
      id: expect.stringMatching(/^file-[0-9A-Za-z]+$/),
      object: 'file',
      bytes: content.length,
      filename: 'nightly.jsonl',
      purpose: 'batch',
      status: 'processed',
      status_details: null,
    })
    expect(made.expires_at).toBe(made.created_at + 30 * DAY)
    expect(await openai.files.retrieve(made.id)).toEqual(made)
    expect(await openai.files.waitForProcessing(made.id)).toEqual(made)
    expect(Buffer.from(await (await openai.files.content(made.id)).arrayBuffer())).toEqual(content)
  })

  it.each(['assistants', 'fine-tune', 'vision', 'user_data', 'evals'] as const)(
    'for %s may hold anything and is kept',
    async (purpose) => {
      const bytes = Buffer.from([0, 255, 10, 13, 128, 34, 10])
      const made = await openai.files.create({ file: await toFile(bytes, 'any.bin'), purpose })
      expect(made).toMatchObject({ purpose, bytes: bytes.length, filename: 'any.bin', expires_at: null })
      expect(Buffer.from(await (await openai.files.content(made.id)).arrayBuffer())).toEqual(bytes)
    },
  )

  it('goes when it was told to', async () => {
    const made = await openai.files.create({
      file: await toFile(Buffer.from('{}'), 'soon.jsonl'),
      purpose: 'batch',
      expires_after: { anchor: 'created_at', seconds: 3_600 },
    })
    expect(made.expires_at).toBe(made.created_at + 3_600)
  })

  it('has its purpose before its bytes or behind them', async () => {
    for (const parts of [
      [field('purpose', 'batch'), file('{}')],
      [file('{}'), field('purpose', 'batch')],
    ]) {
      expect((await post(parts)).json).toMatchObject({ purpose: 'batch', bytes: 2 })
    }
  })

  it.each([
    ['/home/me/in.jsonl', 'in.jsonl'],
    ['C:\\\\data\\\\in.jsonl', 'in.jsonl'],
    ['문서 1.jsonl', '문서 1.jsonl'],
  ])('called %s is shown as %s', async (given, shown) => {
    expect((await post([field('purpose', 'batch'), file('{}', given)])).json).toMatchObject({
      filename: shown,
    })
  })

  it('may be empty: a batch of it is what fails', async () => {
    expect(await upload(openai, Buffer.alloc(0))).toMatchObject({ bytes: 0, status: 'processed' })
  })

  it('is taken whatever its lines are', async () => {
    expect(await upload(openai, Buffer.from('no json\n{"custom_id":\xff\n'))).toMatchObject({
      status: 'processed',
    })
  })
})

describe('an upload that is refused', () => {
  it.each<[string, Part[], object]>([
    ['no purpose', [file('{}')], { param: 'purpose', code: 'missing_required_parameter' }],
    ['no file', [field('purpose', 'batch')], { param: 'file', code: 'missing_required_parameter' }],
    [
      'an unknown purpose',
      [file('{}'), field('purpose', 'fun')],
      { param: 'purpose', code: 'invalid_value' },
    ],
    [
      'an output purpose',
      [file('{}'), field('purpose', 'batch_output')],
      { param: 'purpose', code: 'invalid_value' },
    ],
    [
      'another name than .jsonl',
      [file('{}', 'in.json'), field('purpose', 'batch')],
      { param: null, code: null, message: 'Invalid file format for Batch API. Must be .jsonl' },
    ],
    [
      'a second file',
      [file('{}'), file('{}'), field('purpose', 'batch')],
      { param: 'file', code: 'conflicting_fields' },
    ],
    [
      'a file of another name',
      [file('{}', 'a.jsonl', 'document'), field('purpose', 'batch')],
      { param: 'document', code: 'unknown_parameter' },
    ],
    [
      'an unknown field',
      [file('{}'), field('purpose', 'batch'), field('colour', 'red')],
      { param: 'colour', code: 'unknown_parameter' },
    ],
    [
      'a field twice',
      [file('{}'), field('purpose', 'batch'), field('purpose', 'evals')],
      { param: 'purpose', code: 'conflicting_fields' },
    ],
    [
      'a field that is too long',
      [file('{}'), field('purpose', 'x'.repeat(5_000))],
      { param: 'purpose', code: 'invalid_value' },
    ],
    [
      'an endless name',
      [file('{}', `${'n'.repeat(300)}.jsonl`), field('purpose', 'batch')],
      { param: 'filename' },
    ],
    [
      'too short a life',
      [
        file('{}'),
        field('purpose', 'batch'),
        field('expires_after[anchor]', 'created_at'),
        field('expires_after[seconds]', '3599'),
      ],
      { param: 'expires_after.seconds', code: 'invalid_value' },
    ],
    [
      'too long a life',
      [
        file('{}'),
        field('purpose', 'batch'),
        field('expires_after[anchor]', 'created_at'),
        field('expires_after[seconds]', '2592001'),
      ],
      { param: 'expires_after.seconds', code: 'invalid_value' },
    ],
    [
      'a life from another time on',
      [
        file('{}'),
        field('purpose', 'batch'),
        field('expires_after[anchor]', 'now'),
        field('expires_after[seconds]', '3600'),
      ],
      { param: 'expires_after.anchor', code: 'invalid_value' },
    ],
    [
      'too large a file',
      [file('x'.repeat(BYTES_MAX + 1)), field('purpose', 'batch')],
      { param: null, code: null, message: expect.stringMatching(/^File is too large\./) },
    ],
  ])('for %s says so, and leaves nothing behind', async (_what, parts, error) => {
    const before = blobs()
    const answer = await post(parts)
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual({
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param: expect.toSatisfy((param) => param === null || typeof param === 'string'),
        code: expect.toSatisfy((code) => code === null || typeof code === 'string'),
      },
    })
    expect(answer.json).toMatchObject({ error })
    expect(blobs()).toEqual(before)
  })

  it.each([
    [
      'without its last boundary',
      multipart([file('{}'), field('purpose', 'batch')]).replace('--XX--\r\n', ''),
    ],
    [
      'that ends within the file',
      '--XX\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{"a',
    ],
    ['that ends within a head', '--XX\r\nContent-Disposition: form-da'],
    ['without any part', '--XX--\r\n'],
    ['that is empty', ''],
    ['that has another boundary', multipart([file('{}')]).replaceAll('XX', 'YY')],
    ['with a part without a name', '--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--\r\n'],
    ['with a part without a head', '--XX\r\n\r\nx\r\n--XX--\r\n'],
  ])('for a body %s says so, and leaves nothing behind', async (_what, body) => {
    const before = blobs()
    const answer = await post([], body)
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: { type: 'invalid_request_error' } })
    expect(blobs()).toEqual(before)
    expect((await openai.files.list({ limit: 1 })).data).toHaveLength(1)
  })

  it.each([['application/json'], ['multipart/form-data'], ['text/plain'], ['multipart/mixed; boundary=XX']])(
    'for a body of type %s says what it must be',
    async (type) => {
      const { status, json } = await call(`${server.url}/v1/files`, {
        key: server.key,
        body: '{}',
        headers: { 'content-type': type },
      })
      expect(status).toBe(415)
      expect(json).toMatchObject({ error: { param: 'Content-Type', code: 'unsupported_media_type' } })
    },
  )

  it.each(['destroy', 'end'] as const)('because it breaks off leaves nothing behind: %s', async (how) => {
    const before = blobs()
    const connection = await openRaw(server.url)
    await connection.send(
      'POST /v1/files HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=XX\r\n' +
        `Authorization: Bearer ${server.key}\r\nContent-Length: 1000000\r\n\r\n` +
        '--XX\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n',
    )
    for (let sent = 0; sent < 10; sent += 1) await connection.send(`${'x'.repeat(20_000)}\n`)
    await until('the first bytes to be on the disk', () =>
      server.blobs().some((name) => name.startsWith('tmp')),
    )
    if (how === 'destroy') connection.socket.resetAndDestroy()
    else connection.socket.end()
    await until('the bytes to be gone', () => !server.blobs().some((name) => name.startsWith('tmp')))
    expect(blobs()).toEqual(before)
  })

  it('for its size is answered while it is still being sent', async () => {
    const connection = await openRaw(server.url)
    await connection.send(
      'POST /v1/files HTTP/1.1\r\nHost: test\r\nContent-Type: multipart/form-data; boundary=XX\r\n' +
        `Authorization: Bearer ${server.key}\r\nContent-Length: ${2 * BYTES_MAX}\r\n\r\n` +
        '--XX\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n',
    )
    // What could be the beginning of a boundary is held back for a moment.
    await connection.send('x'.repeat(BYTES_MAX + 100_000))
    const received = await connection.until((text) => text.includes('too large'))
    expect(statusOf(received)).toBe(400)
    connection.close()
  })
})

describe('the list of files', () => {
  it('is walked page by page, in both orders, and by purpose', async () => {
    const { secret } = await server.newKey({ account: 'acct_lister' })
    const lister = openaiOf(server, secret)
    const made: string[] = []
    for (let n = 0; n < 7; n += 1) made.push((await upload(lister, ['{}'], `${n}.jsonl`)).id)
    const eval_ = await lister.files.create({ file: await toFile(Buffer.from('x'), 'e'), purpose: 'evals' })
    const walk = async (query: FileListParams): Promise<string[]> => {
      const ids: string[] = []
      for await (const { id } of lister.files.list(query)) ids.push(id)
      return ids
    }
    const all = [...made, eval_.id]
    expect(await walk({ limit: 3, order: 'asc' })).toEqual(all)
    expect(await walk({ limit: 3, order: 'desc' })).toEqual(all.toReversed())
    expect(await walk({ limit: 2 })).toEqual(all.toReversed())
    expect(await walk({ limit: 8 })).toEqual(all.toReversed())
    expect(await walk({})).toEqual(all.toReversed())
    expect(await walk({ purpose: 'batch', limit: 2, order: 'asc' })).toEqual(made)
    expect(await walk({ purpose: 'evals' })).toEqual([eval_.id])
    expect(await walk({ after: made[4] ?? '', order: 'asc' })).toEqual(all.slice(5))
    expect(await walk({ after: 'file-nowhere' })).toEqual([])
    const page = await call(`${server.url}/v1/files?limit=3&order=asc`, { key: secret })
    expect(page.json).toMatchObject({ object: 'list', first_id: made[0], last_id: made[2], has_more: true })
    // The last one of a page that is deleted keeps its place.
    await lister.files.delete(made[2] ?? '')
    expect(await walk({ after: made[2] ?? '', order: 'asc' })).toEqual(all.slice(3))
    expect(await walk({ order: 'asc' })).toEqual([...all.slice(0, 2), ...all.slice(3)])
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=10001', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['order=up', 'order'],
    ['after=', 'after'],
    ['purpose=a%20b', 'purpose'],
  ])('refuses %s', async (query, param) => {
    const { status, json } = await call(`${server.url}/v1/files?${query}`, { key: server.key })
    expect(status).toBe(400)
    expect(json).toMatchObject({ error: { param, code: 'invalid_value', type: 'invalid_request_error' } })
  })
})

describe('the bytes of a file', () => {
  it.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=4-', 206, '456789', 'bytes 4-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=8-100', 206, '89', 'bytes 8-9/10'],
    ['bytes=-100', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
    ['bytes=-', 200, '0123456789', null],
  ])('for the range %s are %i %s', async (range, status, text, contentRange) => {
    const { id } = await upload(openai, Buffer.from('0123456789'))
    const answer = await call(`${server.url}/v1/files/${id}/content`, { key: server.key, headers: { range } })
    expect([answer.status, answer.text, answer.headers.get('content-range')]).toEqual([
      status,
      text,
      contentRange,
    ])
    expect(answer.headers.get('accept-ranges')).toBe('bytes')
    expect(answer.headers.get('content-length')).toBe(String(text.length))
  })

  it.each(['bytes=10-', 'bytes=11-12', 'bytes=-0', 'bytes=3-2'])('have no range %s', async (range) => {
    const { id } = await upload(openai, Buffer.from('0123456789'))
    const answer = await call(`${server.url}/v1/files/${id}/content`, { key: server.key, headers: { range } })
    expect(answer.status).toBe(416)
    expect(answer.headers.get('content-range')).toBe('bytes */10')
    expect(answer.json).toMatchObject({ error: { code: 'range_not_satisfiable', param: 'Range' } })
  })
})

describe('a file that is deleted', () => {
  it('is gone at once, and its bytes follow', async () => {
    const { id } = await upload(openai, chatLines(2))
    expect(blobs()).toContain(`files/${id}`)
    expect(await openai.files.delete(id)).toEqual({ id, object: 'file', deleted: true })
    await expect(openai.files.retrieve(id)).rejects.toThrow(OpenAI.NotFoundError)
    await expect(openai.files.content(id)).rejects.toThrow(OpenAI.NotFoundError)
    await expect(openai.files.delete(id)).rejects.toThrow(OpenAI.NotFoundError)
    await until('its bytes to be gone', () => !blobs().includes(`files/${id}`))
  })
})
