import { createHash } from 'node:crypto'
import OpenAI, { toFile } from 'openai'
import type { Upload, UploadCreateParams } from 'openai/resources/uploads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeRows } from '../support/change-rows.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { chatLines, createOf, ended, openaiOf, refusalOf } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

let provider: FakeProvider
let server: TestGateway
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({ ...config, execute: { ...config.execute, tickMs: 50 } }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const announce = (bytes: number, more: Partial<UploadCreateParams> = {}): Promise<Upload> =>
  openai.uploads.create({
    filename: 'parts.jsonl',
    purpose: 'batch',
    bytes,
    mime_type: 'text/jsonl',
    ...more,
  })

const addPart = async (upload: Upload, bytes: Buffer): Promise<string> => {
  const part = await openai.uploads.parts.create(upload.id, { data: await toFile(bytes, 'part') })
  expect(part).toEqual({
    id: expect.stringMatching(/^part_[0-9A-Za-z]+$/),
    object: 'upload.part',
    created_at: expect.any(Number),
    upload_id: upload.id,
  })
  return part.id
}

const partBlobs = (): string[] => server.blobs().filter((name) => name.startsWith('uploads/'))

const md5Of = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex')

describe('an upload', () => {
  it('is the documented object until it becomes a file that batches are made of', async () => {
    const bytes = Buffer.from(chatLines(40).join('\n'))
    const upload = await announce(bytes.length)
    expect(upload).toEqual({
      id: expect.stringMatching(/^upload_[0-9A-Za-z]+$/),
      object: 'upload',
      bytes: bytes.length,
      created_at: expect.any(Number),
      expires_at: upload.created_at + 3_600,
      filename: 'parts.jsonl',
      purpose: 'batch',
      status: 'pending',
      file: null,
    })
    // In parallel and out of order; the cuts are within lines.
    const cuts = [0, 1_000, 1_001, 4_321, bytes.length]
    const parts = await Promise.all(
      [3, 1, 0, 2].map(
        async (at) => [at, await addPart(upload, bytes.subarray(cuts[at], cuts[at + 1]))] as const,
      ),
    )
    const partIds = parts.toSorted(([left], [right]) => left - right).map(([, id]) => id)
    const completed = await openai.uploads.complete(upload.id, { part_ids: partIds, md5: md5Of(bytes) })
    expect(completed).toMatchObject({ id: upload.id, status: 'completed', bytes: bytes.length })
    expect(completed.file).toMatchObject({
      object: 'file',
      bytes: bytes.length,
      filename: 'parts.jsonl',
      purpose: 'batch',
      status: 'processed',
    })
    const file = completed.file?.id ?? ''
    expect(Buffer.from(await (await openai.files.content(file)).arrayBuffer())).toEqual(bytes)
    const batch = await ended(openai, await createOf(openai, file))
    expect(batch.request_counts).toEqual({ total: 40, completed: 40, failed: 0 })
    await until('the parts to be gone', () => partBlobs().length === 0)
  })

  it('takes the parts that are named, in the order in which they are named', async () => {
    const upload = await announce(4, { purpose: 'user_data', filename: 'a.txt', mime_type: 'text/plain' })
    const [b, , a] = [
      await addPart(upload, Buffer.from('34')),
      // Its reply was lost, say, and the part was sent once more.
      await addPart(upload, Buffer.from('12')),
      await addPart(upload, Buffer.from('12')),
    ]
    const { file } = await openai.uploads.complete(upload.id, { part_ids: [a, b] })
    expect(await (await openai.files.content(file?.id ?? '')).text()).toBe('1234')
    expect(file?.expires_at ?? null).toBeNull()
  })

  it('remembers when its file is to go', async () => {
    const upload = await announce(2, { expires_after: { anchor: 'created_at', seconds: 7_200 } })
    const part = await addPart(upload, Buffer.from('{}'))
    const { file } = await openai.uploads.complete(upload.id, { part_ids: [part] })
    expect(file?.expires_at).toBe((file?.created_at ?? 0) + 7_200)
  })

  it.each<[string, object, string, string]>([
    ['without a name', { filename: undefined }, 'filename', 'missing_required_parameter'],
    ['without a purpose', { purpose: undefined }, 'purpose', 'missing_required_parameter'],
    ['without a size', { bytes: undefined }, 'bytes', 'missing_required_parameter'],
    ['without a type', { mime_type: undefined }, 'mime_type', 'missing_required_parameter'],
    ['with no bytes', { bytes: 0 }, 'bytes', 'invalid_value'],
    ['with half a byte', { bytes: 1.5 }, 'bytes', 'invalid_value'],
    ['that is too large', { bytes: 9_000_000_000 }, 'bytes', 'invalid_value'],
    ['for nothing that exists', { purpose: 'fun' }, 'purpose', 'invalid_value'],
    ['with a life of no object', { expires_after: 3_600 }, 'expires_after', 'invalid_type'],
    [
      'with half a life',
      { expires_after: { anchor: 'created_at' } },
      'expires_after.seconds',
      'invalid_value',
    ],
    ['with an empty life', { expires_after: {} }, 'expires_after.anchor', 'invalid_value'],
    [
      'with a life in words',
      { expires_after: { anchor: 'created_at', seconds: '3600' } },
      'expires_after.seconds',
      'invalid_value',
    ],
  ])('%s is refused', async (_what, more, param, code) => {
    const error = await refusalOf(announce(10, more))
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, param, code, type: 'invalid_request_error' })
  })

  it('of lines that is not called .jsonl is refused', async () => {
    expect(await refusalOf(announce(10, { filename: 'a.csv' }))).toMatchObject({ status: 400, param: null })
  })
})

describe('a completion', () => {
  it.each<[string, (part: string) => object, string]>([
    ['names no parts', () => ({ part_ids: [] }), 'part_ids'],
    ['has no list of parts', () => ({}), 'part_ids'],
    ['names a part that is none', () => ({ part_ids: ['part_x'] }), 'part_ids[0]'],
    ['names a part twice', (part) => ({ part_ids: [part, part] }), 'part_ids[1]'],
    ['names something else', () => ({ part_ids: [7] }), 'part_ids[0]'],
    ['has a wrong md5', (part) => ({ part_ids: [part], md5: md5Of(Buffer.from('x')) }), 'md5'],
    ['has an md5 that is none', (part) => ({ part_ids: [part], md5: 7 }), 'md5'],
  ])('that %s is refused, and the upload stays as it is', async (_what, bodyOf, param) => {
    const upload = await announce(3)
    const part = await addPart(upload, Buffer.from('{}\n'))
    const body = bodyOf(part) as OpenAI.UploadCompleteParams
    expect(await refusalOf(openai.uploads.complete(upload.id, body))).toMatchObject({ status: 400, param })
    expect(await openai.uploads.complete(upload.id, { part_ids: [part] })).toMatchObject({
      status: 'completed',
    })
  })

  it.each([
    [3, 'fewer'],
    [1, 'more'],
  ])('of other than %i bytes, %s, is refused', async (announced) => {
    const upload = await announce(announced)
    const part = await addPart(upload, Buffer.from('{}'))
    const error = await refusalOf(openai.uploads.complete(upload.id, { part_ids: [part] }))
    expect(error).toMatchObject({ status: 400, param: 'part_ids' })
    expect(error.message).toContain('2 bytes')
    expect(server.blobs().filter((name) => name.startsWith('tmp'))).toEqual([])
  })

  it('with the part of another upload is refused', async () => {
    const [one, other] = [await announce(2), await announce(2)]
    const part = await addPart(other, Buffer.from('{}'))
    expect(await refusalOf(openai.uploads.complete(one.id, { part_ids: [part] }))).toMatchObject({
      param: 'part_ids[0]',
    })
  })
})

describe('an upload that is over', () => {
  const expectOver = async (upload: Upload, state: string): Promise<void> => {
    const part = await toFile(Buffer.from('x'), 'part')
    const attempts = [
      () => openai.uploads.parts.create(upload.id, { data: part }),
      () => openai.uploads.complete(upload.id, { part_ids: ['part_x'] }),
      () => openai.uploads.cancel(upload.id),
    ]
    for (const attempt of attempts) {
      const error = await refusalOf(attempt())
      expect(error).toBeInstanceOf(OpenAI.BadRequestError)
      expect(error.message).toContain(state)
    }
  }

  it('takes nothing more once it is cancelled, and its parts go', async () => {
    const upload = await announce(2)
    await addPart(upload, Buffer.from('{}'))
    expect(await openai.uploads.cancel(upload.id)).toEqual({ ...upload, status: 'cancelled' })
    await expectOver(upload, 'cancelled')
    await until('the parts to be gone', () => !partBlobs().some((name) => name.includes(upload.id)))
  })

  it('takes nothing more once it is completed', async () => {
    const upload = await announce(2)
    const part = await addPart(upload, Buffer.from('{}'))
    await openai.uploads.complete(upload.id, { part_ids: [part] })
    await expectOver(upload, 'completed')
  })

  it('takes nothing more once its hour is over, and its parts go', async () => {
    const upload = await announce(2)
    await addPart(upload, Buffer.from('{}'))
    await changeRows(server.dataDir, 'UPDATE upload SET expires_at = 1 WHERE id = ?', [upload.id])
    await expectOver(upload, 'expired')
    await until('the parts to be gone', () => !partBlobs().some((name) => name.includes(upload.id)))
  })

  it('is not there under another name', async () => {
    expect(await refusalOf(openai.uploads.cancel('upload_x'))).toBeInstanceOf(OpenAI.NotFoundError)
    const complete = openai.uploads.complete('upload_x', { part_ids: [] })
    expect(await refusalOf(complete)).toBeInstanceOf(OpenAI.NotFoundError)
  })
})

it('a part that is too large, or none, is refused and leaves nothing behind', async () => {
  const upload = await announce(200_000_000)
  const before = server.blobs()
  const large = await refusalOf(
    openai.uploads.parts.create(upload.id, { data: await toFile(Buffer.alloc(64 * 1_048_576 + 1), 'part') }),
  )
  expect(large).toMatchObject({ status: 400, type: 'invalid_request_error' })
  const none = await call(`${server.url}/v1/uploads/${upload.id}/parts`, {
    key: server.key,
    body: '--XX--\r\n',
    headers: { 'content-type': 'multipart/form-data; boundary=XX' },
  })
  expect(none.json).toMatchObject({ error: { param: 'data', code: 'missing_required_parameter' } })
  expect(server.blobs()).toEqual(before)
})
