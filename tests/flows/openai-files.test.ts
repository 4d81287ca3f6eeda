import OpenAI, { toFile } from 'openai'
import type { FileListParams } from 'openai/resources/files'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeRows } from '../support/change-rows.ts'
import { field, file, postForm } from '../support/form.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { chatLines, createOf, openaiOf, refusalOf, upload } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

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
      expect((await postForm(server, parts)).json).toMatchObject({ purpose: 'batch', bytes: 2 })
    }
  })

  it.each([
    ['/home/me/in.jsonl', 'in.jsonl'],
    ['C:\\\\data\\\\in.jsonl', 'in.jsonl'],
    ['문서 1.jsonl', '문서 1.jsonl'],
  ])('called %s is shown as %s', async (given, shown) => {
    expect((await postForm(server, [field('purpose', 'batch'), file('{}', given)])).json).toMatchObject({
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

  it('by its expiry is gone in the same way', async () => {
    const { id } = await upload(openai, chatLines(2))
    await changeRows(server.dataDir, 'UPDATE file SET expires_at = ? WHERE id = ?', [Date.now(), id])
    await expect(openai.files.retrieve(id)).rejects.toThrow(OpenAI.NotFoundError)
    expect(await refusalOf(createOf(openai, id))).toMatchObject({ status: 400, param: 'input_file_id' })
    await until('its bytes to be gone', () => !blobs().includes(`files/${id}`))
  })
})

it('what a file is can be asked without its bytes', async () => {
  const { id, bytes } = await upload(openai, chatLines(2))
  for (const [path, length] of [
    [`/v1/files/${id}`, undefined],
    [`/v1/files/${id}/content`, String(bytes)],
  ] as const) {
    const head = await call(`${server.url}${path}`, { key: server.key, method: 'HEAD' })
    expect([head.status, head.text]).toEqual([200, ''])
    if (length !== undefined) expect(head.headers.get('content-length')).toBe(length)
  }
  expect(
    (await call(`${server.url}/v1/files/nowhere/content`, { key: server.key, method: 'HEAD' })).status,
  ).toBe(404)
})
