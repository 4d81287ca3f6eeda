import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { chatLines, createOf, ended, openaiOf, refusalOf, submit, upload } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

/** The official client sends a call again whose reply was lost; it says so in a header, and nothing happens twice. */

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

/** A client that loses the first reply to the next call, once the server has done all of it. */
const forgetful = (apiKey = server.key): { client: OpenAI; calls: () => number } => {
  let calls = 0
  const client = new OpenAI({
    apiKey,
    baseURL: `${server.url}/v1`,
    fetch: async (url, init) => {
      calls += 1
      const response = await fetch(url, init)
      if (calls > 1) return response
      await response.arrayBuffer()
      throw new TypeError('the reply was lost')
    },
  })
  return { client, calls: () => calls }
}

const filesOf = async (client: OpenAI): Promise<string[]> =>
  (await client.files.list()).data.map(({ id }) => id)

describe('a call whose reply was lost', () => {
  it('to create a file makes one file', async () => {
    const { secret } = await server.newKey({ account: 'acct_files' })
    const { client, calls } = forgetful(secret)
    const { id } = await upload(client, chatLines(3))
    expect(calls()).toBe(2)
    expect(await filesOf(openaiOf(server, secret))).toEqual([id])
    expect(server.blobs().filter((name) => name.startsWith('files/'))).toEqual([`files/${id}`])
    // Sent on purpose it is another one.
    expect((await upload(openaiOf(server, secret), chatLines(3))).id).not.toBe(id)
  })

  it('to create a batch makes one batch, as it is by then', async () => {
    const file = await upload(openai, chatLines(2))
    const rows = await server.count('batch')
    const { client, calls } = forgetful()
    const batch = await createOf(client, file.id)
    expect(calls()).toBe(2)
    expect(await server.count('batch')).toBe(rows + 1)
    const done = await ended(openai, batch)
    expect(done.request_counts).toEqual({ total: 2, completed: 2, failed: 0 })
    expect((await createOf(openai, file.id)).id).not.toBe(batch.id)
  })

  it('to create a batch of bad lines makes one batch that failed', async () => {
    const file = await upload(openai, ['bad'])
    const rows = await server.count('batch')
    const batch = await createOf(forgetful().client, file.id)
    expect(batch.status).toBe('failed')
    expect(await server.count('batch')).toBe(rows + 1)
  })

  it('finds its batch also where the file was deleted meanwhile', async () => {
    const file = await upload(openai, chatLines(1))
    const made = await createOf(openai, file.id, { metadata: { only: 'once' } })
    await openai.files.delete(file.id)
    const again = await openai.batches.create(
      {
        input_file_id: file.id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
        metadata: { only: 'once' },
      },
      { headers: { 'x-stainless-retry-count': '1' } },
    )
    expect(again.id).toBe(made.id)
  })

  it('to cancel or delete has happened', async () => {
    const done = await ended(openai, await submit(openai, chatLines(1)))
    expect(await forgetful().client.batches.cancel(done.id)).toEqual(done)
    const { id } = await upload(openai, chatLines(1))
    expect(await forgetful().client.files.delete(id)).toEqual({ id, object: 'file', deleted: true })
    expect(await refusalOf(openai.files.delete(id))).toBeInstanceOf(OpenAI.NotFoundError)
    expect(await refusalOf(forgetful().client.files.delete('file-nowhere'))).toBeInstanceOf(
      OpenAI.NotFoundError,
    )
  })

  it('in each step of an upload makes one file of the right bytes', async () => {
    const { secret } = await server.newKey({ account: 'acct_uploads' })
    const step = () => forgetful(secret).client
    const made = await step().uploads.create({
      filename: 'a.jsonl',
      purpose: 'batch',
      bytes: 4,
      mime_type: 'text/jsonl',
    })
    const data = async (text: string) => toFile(Buffer.from(text), 'part')
    const one = await step().uploads.parts.create(made.id, { data: await data('{}') })
    const two = await step().uploads.parts.create(made.id, { data: await data('[]') })
    const completed = await step().uploads.complete(made.id, { part_ids: [two.id, one.id] })
    expect(completed).toMatchObject({ status: 'completed', file: { bytes: 4 } })
    expect(await filesOf(openaiOf(server, secret))).toEqual([completed.file?.id])
    expect(await (await step().files.content(completed.file?.id ?? '')).text()).toBe('[]{}')
    const other = await openaiOf(server, secret).uploads.create({
      filename: 'b.jsonl',
      purpose: 'batch',
      bytes: 4,
      mime_type: 'text/jsonl',
    })
    expect(await step().uploads.cancel(other.id)).toMatchObject({ id: other.id, status: 'cancelled' })
  })
})

it('a completion that is sent again while the first one is still at it is that one', async () => {
  const { secret } = await server.newKey({ account: 'acct_impatient' })
  const client = openaiOf(server, secret)
  const size = 3_000_000
  const { id } = await client.uploads.create({
    filename: 'a.txt',
    purpose: 'user_data',
    bytes: size,
    mime_type: 'text/plain',
  })
  const part = await client.uploads.parts.create(id, { data: await toFile(Buffer.alloc(size, 'x'), 'part') })
  const complete = (headers: Record<string, string> = {}) =>
    client.uploads.complete(id, { part_ids: [part.id] }, { headers })
  const again = { 'x-stainless-retry-count': '1' }
  const all = await Promise.all([complete(again), complete(again), complete(again)])
  expect(new Set(all.map(({ file }) => file?.id)).size).toBe(1)
  expect(await filesOf(client)).toEqual([all[0]?.file?.id])
})

describe('an idempotency key', () => {
  const order = (file: string, more: object = {}) =>
    ({ input_file_id: file, endpoint: '/v1/chat/completions', completion_window: '24h', ...more }) as const

  it('names one batch, and no other body', async () => {
    const { id } = await upload(openai, chatLines(1))
    const headers = { 'idempotency-key': 'night-7' }
    const [one, two] = await Promise.all([
      openai.batches.create(order(id), { headers }),
      openai.batches.create(order(id), { headers }),
    ])
    expect(one.id).toBe(two.id)
    const error = await refusalOf(openai.batches.create(order(id, { metadata: { a: 'b' } }), { headers }))
    expect(error).toBeInstanceOf(OpenAI.UnprocessableEntityError)
    expect(error).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
      type: 'invalid_request_error',
    })
    const odd = await refusalOf(openai.batches.create(order(id), { headers: { 'idempotency-key': 'a b' } }))
    expect(odd).toMatchObject({ status: 400, code: 'invalid_header', param: 'Idempotency-Key' })
  })
})
