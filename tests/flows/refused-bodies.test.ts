import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { bodyOf, openRaw, statusOf } from '../support/raw-http.ts'

/** Bodies that are refused while they are on their way, and those that never end. */

const MIB = 1_048_576

let provider: FakeProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({ ...config, intake: { ...config.intake, bodyBytesMax: MIB, itemBytesMax: 65_536 } }),
  })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

let rows: number
beforeEach(async () => {
  rows = await server.count('batch')
})

/** Nothing of what was refused is left, and the server goes on. */
const expectUntouched = async (): Promise<void> => {
  // What a connection that broke off leaves behind is removed a moment later.
  while (server.blobs().some((name) => name.startsWith('tmp/'))) await new Promise((go) => setImmediate(go))
  expect(await server.count('batch')).toBe(rows)
  expect(server.blobs().filter((name) => name.startsWith('inputs/'))).toHaveLength(0)
  expect((await call(`${server.url}/v1/models`, { key: server.key })).status).toBe(200)
}

const head = (length: number | 'chunked', more: Readonly<Record<string, string>> = {}): string =>
  [
    'POST /v1/batches HTTP/1.1',
    'Host: test',
    `Authorization: Bearer ${server.key}`,
    'Content-Type: application/json',
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    ...Object.entries(more).map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ].join('\r\n')

const START = '{"model":"batch-4.1","tasks":['

describe('a body above the limit', () => {
  it.each([{}, { Connection: 'close' }])(
    'is answered with 413 while it is still being sent, and the client can send all of it: %o',
    async (headers) => {
      const connection = await openRaw(server.url)
      const block = Buffer.alloc(MIB, ' ')
      await connection.send(head(START.length + 40 * MIB, headers))
      await connection.send(START)
      for (let sent = 0; sent < 40; sent += 1) await connection.send(block)
      const received = await connection.until((text) => text.includes('"max_bytes"'))
      expect(statusOf(received)).toBe(413)
      expect(JSON.parse(bodyOf(received))).toMatchObject({ error: 'too_large', max_bytes: MIB })
      connection.close()
      await expectUntouched()
    },
  )

  it('leaves its connection usable', async () => {
    const connection = await openRaw(server.url)
    await connection.send(head(START.length + 3 * MIB))
    await connection.send(START)
    await connection.send(Buffer.alloc(3 * MIB, ' '))
    await connection.until((text) => text.includes('"max_bytes"'))
    await connection.send(
      `GET /v1/models HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${server.key}\r\n\r\n`,
    )
    await connection.until((text) => text.includes('"object":"list"'))
    connection.close()
  })

  it('is answered while its client waits before it sends the rest', async () => {
    const connection = await openRaw(server.url)
    await connection.send(head(40 * MIB))
    await connection.send(START)
    await connection.send(Buffer.alloc(2 * MIB, ' '))
    const received = await connection.until((text) => text.includes('"max_bytes"'))
    expect(statusOf(received)).toBe(413)
    connection.close()
    await expectUntouched()
  })

  it('without a good key is answered with 401 in the same way', async () => {
    const connection = await openRaw(server.url)
    await connection.send(head(4 * MIB).replace(server.key, 'sk-holysheep-wrong'))
    await connection.send(Buffer.alloc(MIB, ' '))
    const received = await connection.until((text) => text.includes('Invalid'))
    expect(statusOf(received)).toBe(401)
    await connection.send(Buffer.alloc(3 * MIB, ' '))
    connection.close()
    await expectUntouched()
  })

  it('reaches a client that uses fetch', async () => {
    const body = Buffer.alloc(20 * MIB, ' ')
    const answer = await call(`${server.url}/v1/batches`, { key: server.key, body })
    expect(answer.status).toBe(413)
    expect(answer.json).toMatchObject({ error: 'too_large', max_bytes: MIB })
  })

  it('in chunks of unknown number is refused at the limit too', async () => {
    const connection = await openRaw(server.url)
    await connection.send(head('chunked'))
    const block = `${MIB.toString(16)}\r\n${' '.repeat(MIB)}\r\n`
    await connection.send(`${START.length.toString(16)}\r\n${START}\r\n${block}${block}`)
    const received = await connection.until((text) => text.includes('"max_bytes"'))
    expect(statusOf(received)).toBe(413)
    connection.close()
    await expectUntouched()
  })
})

describe('a body that breaks off', () => {
  const item = `{"prompt":"${'x'.repeat(60_000)}"},`

  it.each(['destroy', 'end'] as const)('leaves nothing behind: %s', async (how) => {
    const connection = await openRaw(server.url)
    await connection.send(head(10 * MIB))
    await connection.send(START)
    // Enough for the first blocks to be on the disk.
    for (let sent = 0; sent < 12; sent += 1) await connection.send(item)
    while (server.blobs().length === 0) await new Promise((go) => setImmediate(go))
    if (how === 'destroy') connection.socket.resetAndDestroy()
    else connection.socket.end()
    await connection.ended()
    await expectUntouched()
  })

  it('in the middle of a chunk is a clear 4xx', async () => {
    const connection = await openRaw(server.url)
    await connection.send(head('chunked'))
    await connection.send(`${START.length.toString(16)}\r\n${START}\r\nnothex\r\n`)
    const received = await connection.ended()
    expect(statusOf(received)).toBe(400)
    expect(JSON.parse(bodyOf(received))).toMatchObject({ error: 'bad_request' })
    await expectUntouched()
  })

  it('shorter than it said it would be is not taken for a whole one', async () => {
    const body = '{"model":"batch-4.1","tasks":[{"prompt":"x"}]}'
    const connection = await openRaw(server.url)
    await connection.send(head(body.length + 1))
    await connection.send(body)
    connection.socket.end()
    await connection.ended()
    await expectUntouched()
  })
})

it('a slow body is taken once it is whole', async () => {
  const body = '{"model":"batch-4.1","tasks":[{"prompt":"slow"}]}'
  const connection = await openRaw(server.url)
  await connection.send(head(body.length))
  for (const character of body) {
    await connection.send(character)
    await new Promise((go) => setImmediate(go))
  }
  const received = await connection.until((text) => text.includes('"batch_id"'))
  expect(statusOf(received)).toBe(200)
  connection.close()
})

it('a client that asks before it sends is told to go on', async () => {
  const body = '{"model":"batch-4.1","tasks":[{"prompt":"asked"}]}'
  const connection = await openRaw(server.url)
  await connection.send(head(body.length, { Expect: '100-continue' }))
  await connection.until((text) => text.startsWith('HTTP/1.1 100'))
  await connection.send(body)
  await connection.until((text) => text.includes('"batch_id"'))
  connection.close()
})
