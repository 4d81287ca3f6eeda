import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { field, file, multipart, type Part, postForm } from '../support/form.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { openaiOf } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { openRaw, statusOf } from '../support/raw-http.ts'
import { until } from '../support/wait.ts'

const BYTES_MAX = 2_000_000

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
    }),
  })
  openai = openaiOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const blobs = (): string[] => server.blobs().filter((name) => name.startsWith('files/'))

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
    const answer = await postForm(server, parts)
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
    [
      'that is wrong before its file, which has no end',
      multipart([field('purpose', 'batch'), field('purpose', 'batch'), file('{')]).replace(
        '\r\n--XX--\r\n',
        '',
      ),
    ],
    ['without any part', '--XX--\r\n'],
    ['that is empty', ''],
    ['that has another boundary', multipart([file('{}')]).replaceAll('XX', 'YY')],
    ['with a part without a name', '--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--\r\n'],
    ['with a part without a head', '--XX\r\n\r\nx\r\n--XX--\r\n'],
  ])('for a body %s says so, and leaves nothing behind', async (_what, body) => {
    const before = blobs()
    const answer = await postForm(server, [], body)
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: { type: 'invalid_request_error' } })
    expect(blobs()).toEqual(before)
    expect((await openai.files.list({ limit: 1 })).data).toEqual([])
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
