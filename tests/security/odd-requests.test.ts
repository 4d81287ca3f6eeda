import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { created, resultsEnded } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { bodyOf, openRaw, statusOf } from '../support/raw-http.ts'
import { exchangeRaw } from './support/raw-exchange.ts'
import { uploadBytes } from './support/upload.ts'

/** Whole requests of other protocols and for other servers, and several on one connection. */

let provider: FakeProvider
let server: TestGateway
let batch: string

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({ ...config, connections: { ...config.connections, stalledMs: 1_000 } }),
  })
  batch = (await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })).batch_id
  await resultsEnded(server, batch)
})

afterAll(async () => {
  // Those that the tests below make, and no other.
  expect(provider.received).toHaveLength(3)
  await server.stop()
  await provider.close()
})

const asking = (line: string, ...headers: string[]): string =>
  [line, 'Host: test', `Authorization: Bearer ${server.key}`, ...headers, '\r\n'].join('\r\n')

describe('a request line', () => {
  it.each<[string, string]>([
    ['of HTTP/0.9', 'GET /v1/models'],
    ['of no version', 'GET /v1/models HTTP'],
    ['of half a version', 'GET /v1/models HTTP/1'],
    ['of another version', 'GET /v1/models HTTP/1.2'],
    ['of HTTP/2', 'GET /v1/models HTTP/2.0'],
    ['for a proxy', 'GET example.com:443 HTTP/1.1'],
    ['for a tunnel', 'CONNECT example.com:443 HTTP/1.1'],
    ['for a tunnel to ourselves', 'CONNECT /v1/models HTTP/1.1'],
    ['with a NUL', 'GET /v1/mod\u0000els HTTP/1.1'],
    ['with a tab', 'GET\t/v1/models\tHTTP/1.1'],
    ['with a space behind it', 'GET /v1/models HTTP/1.1 '],
    ['with bytes beyond ASCII', 'GET /v1/mod\u00e9ls HTTP/1.1'],
    ['behind a space', ' GET /v1/models HTTP/1.1'],
    ['without a path', 'GET HTTP/1.1'],
    ['without a slash', 'GET v1/models HTTP/1.1'],
    ['that asks to be shown itself', 'TRACE /v1/models HTTP/1.1'],
    ['that is very long', `GET /v1/models?${'x'.repeat(100_000)} HTTP/1.1`],
  ])('is refused: %s', async (_name, line) => {
    const { statuses, text } = await exchangeRaw(server.url, Buffer.from(asking(line), 'latin1'))
    expect(statuses).toEqual([expect.toSatisfy((status: number) => status >= 400 && status < 500)])
    expect(text).not.toContain(server.key)
  })

  it("with another server's address is answered by us alone, as what it names here", async () => {
    const { statuses, text } = await exchangeRaw(
      server.url,
      asking('GET http://other.example/v1/nothing HTTP/1.1'),
    )
    expect(statuses).toEqual([404])
    expect(text).not.toMatch(/^location:/im)
  })
})

describe('another protocol', () => {
  it.each([
    ['h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'],
    ['websocket', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='],
    ['TLS/1.0', 'X: y'],
  ])('is not changed to: %s', async (name, header) => {
    const request = asking('GET /v1/models HTTP/1.1', `Upgrade: ${name}`, 'Connection: Upgrade', header)
    expect(await exchangeRaw(server.url, request)).toMatchObject({ statuses: [200], isUsable: false })
  })

  it('that is asked for does not hide what comes behind it', async () => {
    const body = '{"model":"batch-4.1","tasks":[{"prompt":"smuggled"}]}'
    const create = asking(
      'POST /v1/batches HTTP/1.1',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    )
    const connection = await openRaw(server.url)
    const upgrade = asking('GET /v1/models HTTP/1.1', 'Upgrade: h2c', 'Connection: Upgrade')
    await connection.send(`${upgrade}POST /v1/nothing HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\n\r\n`)
    await connection.send(`${create}${body}`)
    expect((await connection.ended()).match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
  })

  it('is refused where it is spoken at once', async () => {
    const { statuses } = await exchangeRaw(
      server.url,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004',
    )
    expect(statuses).toEqual([400])
  })
})

describe('a header that is given twice', () => {
  it.each(['Host: other', 'Authorization: Bearer other', 'authorization: Bearer other'])(
    'is refused, and not one of the two taken: %s',
    async (header) => {
      const { statuses, text } = await exchangeRaw(server.url, asking('GET /v1/models HTTP/1.1', header))
      expect(statuses).toEqual([400])
      expect(text).toContain('is given twice')
    },
  )

  it('is refused where it is the type of a body', async () => {
    const request = asking(
      'POST /v1/batches HTTP/1.1',
      'Content-Type: application/json',
      'Content-Type: text/plain',
      'Content-Length: 2',
    )
    expect((await exchangeRaw(server.url, `${request}{}`)).statuses).toEqual([400])
  })
})

it('a header that stands for another method or path changes nothing', async () => {
  for (const header of ['x-http-method-override', 'x-http-method', 'x-original-url', 'x-rewrite-url']) {
    const value = header.includes('method') ? 'DELETE' : '/v1/batches'
    const url = `${server.url}/v1/batches/${batch}`
    const { status, json } = await call(url, { key: server.key, headers: { [header]: value } })
    expect([status, json]).toEqual([200, expect.objectContaining({ batch_id: batch })])
  }
})

describe('several requests on one connection', () => {
  it('are answered in their order, also behind one that is refused', async () => {
    const connection = await openRaw(server.url)
    await connection.send(
      asking('GET /v1/nothing HTTP/1.1') +
        asking('POST /v1/batches HTTP/1.1', 'Content-Length: 3').concat('{}}') +
        asking(`GET /v1/batches/${batch} HTTP/1.1`) +
        asking('GET /v1/models HTTP/1.1', 'Connection: close'),
    )
    const statuses = [...(await connection.ended()).matchAll(/HTTP\/1\.1 (\d{3})/g)].map(
      ([, status]) => status,
    )
    expect(statuses).toEqual(['404', '415', '200', '200'])
  })

  it('may be many, but not without end while none is answered', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'held' }] })
    await provider.waiting(1)
    const connection = await openRaw(server.url)
    await connection.send(asking(`GET /v1/batches/${batch_id} HTTP/1.1`, 'Prefer: wait=300').repeat(200))
    expect(await connection.ended()).toBe('')
    provider.open()
    await resultsEnded(server, batch_id)
    await call(`${server.url}/v1/batches/${batch_id}`, { key: server.key, method: 'DELETE' })
  })
})

describe('what is no request, behind one', () => {
  it('does not end up in an answer that waits', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'held' }] })
    await provider.waiting(1)
    const connection = await openRaw(server.url)
    await connection.send(
      `${asking(`GET /v1/batches/${batch_id} HTTP/1.1`, 'Prefer: wait=60')}nonsense\r\n\r\n`,
    )
    // It has been read by the time that another call is answered.
    await call(`${server.url}/v1/models`, { key: server.key })
    provider.open()
    const received = await connection.ended()
    const [first = '', second = ''] = received.split(/(?=HTTP\/1\.1 400)/)
    expect(JSON.parse(bodyOf(first))).toMatchObject({ batch_id, status: 'completed' })
    expect(JSON.parse(bodyOf(second))).toMatchObject({ error: 'bad_request' })
    await call(`${server.url}/v1/batches/${batch_id}`, { key: server.key, method: 'DELETE' })
  })

  it('does not end up in a file that is on its way', async () => {
    const bytes = Buffer.alloc(24 * 1_048_576, 'x')
    const file = await uploadBytes(server, bytes)
    const connection = await openRaw(server.url)
    await connection.send(asking(`GET /v1/files/${file}/content HTTP/1.1`))
    await connection.until((text) => text.startsWith('HTTP/1.1 200'))
    await connection.send('nonsense\r\n\r\n')
    const received = await connection.ended()
    const [first = '', second = ''] = received.split(/(?=HTTP\/1\.1 400)/)
    expect(bodyOf(first)).toBe(bytes.toString())
    expect(statusOf(second)).toBe(400)
  })
})

const RUNS = process.env.SHEEPFOLD_TEST_LONG === '1' ? 5_000 : 200

describe('whatever comes over a connection', () => {
  const words = fc.constantFrom(
    ...[
      'GET ',
      'POST ',
      'DELETE ',
      '/v1/batches',
      '/v1/files',
      '/v1/chat/completions',
      '/v1/admin/keys',
      '/livez',
    ],
    ...[
      ' HTTP/1.1\r\n',
      ' HTTP/1.0\r\n',
      'Host: test\r\n',
      'Connection: keep-alive\r\n',
      '\r\n',
      '\n',
      '\r',
      '\u0000',
    ],
    ...[
      'Content-Length: 5\r\n',
      'Transfer-Encoding: chunked\r\n',
      'Expect: 100-continue\r\n',
      'Upgrade: h2c\r\n',
    ],
    ...[
      '5\r\nhello\r\n',
      '0\r\n\r\n',
      '{}',
      '{"model":',
      '--XX\r\n',
      'Range: bytes=0-\r\n',
      '%00',
      '%2e%2e/',
    ],
    'Content-Type: multipart/form-data; boundary=XX\r\n',
    'Content-Type: application/json\r\n',
  )
  const noise = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  const piece = fc.oneof(
    { arbitrary: words, weight: 6 },
    { arbitrary: noise, weight: 1 },
    { arbitrary: fc.constant('KEY'), weight: 1 },
  )

  it('it is answered with no fault of ours, and the server goes on', { timeout: 900_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), fc.boolean(), async (pieces, isCut) => {
        const bytes = pieces.join('').replaceAll('KEY', `Authorization: Bearer ${server.key}\r\n`)
        const connection = await openRaw(server.url)
        await connection.send(Buffer.from(bytes, 'latin1'))
        const { status } = await call(`${server.url}/v1/models`, { key: server.key })
        expect(status).toBe(200)
        if (isCut) connection.close()
        else connection.socket.end()
        const received = await connection.ended()
        expect(received).not.toMatch(/HTTP\/1\.1 5\d\d/)
      }),
      { numRuns: RUNS },
    ),
  )
})
