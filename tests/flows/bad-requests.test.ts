import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { created } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { bodyOf, openRaw, statusOf } from '../support/raw-http.ts'
import { expectOpenaiRefusal, expectRefusal } from '../support/refusal.ts'

/** Paths, methods, headers and bytes that no client of ours would send. */

let provider: FakeProvider
let server: TestGateway
let batch: string

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  batch = (await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })).batch_id
})

afterAll(async () => {
  expect(await server.count('batch')).toBe(1)
  expect(server.blobs().filter((name) => name.startsWith('inputs/'))).toHaveLength(1)
  expect((await call(`${server.url}/v1/models`, { key: server.key })).status).toBe(200)
  await server.stop()
  await provider.close()
})

/** Sends these very bytes and gives all that comes until the server closes. */
const exchange = async (bytes: string | Uint8Array): Promise<string> => {
  const connection = await openRaw(server.url)
  await connection.send(bytes)
  return connection.ended()
}

/** The same where the server may well wait for more: it is told that nothing more comes. */
const exchangeHalf = async (bytes: Uint8Array): Promise<string> => {
  const connection = await openRaw(server.url)
  await connection.send(bytes)
  await call(`${server.url}/v1/models`, { key: server.key })
  connection.socket.end()
  return connection.ended()
}

const refusalIn = (received: string) =>
  expectRefusal({
    status: statusOf(received),
    text: bodyOf(received),
    headers: new Headers(
      received
        .slice(0, received.indexOf('\r\n\r\n'))
        .split('\r\n')
        .slice(1)
        .map((line): [string, string] => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 1),
        ]),
    ),
  })

const asking = (line: string, ...headers: string[]): string =>
  [line, 'Host: test', `Authorization: Bearer ${server.key}`, 'Connection: close', ...headers, '\r\n'].join(
    '\r\n',
  )

describe('a path', () => {
  it.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/models/',
    '/v1/batches/',
    '/V1/batches',
    '//v1/batches',
    '/v1/batches/batch_1/nothing',
    '/v1/batches/../models/x',
    '/v1/batches/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/v1/batches/..%2f..%2fsheepfold.db/results',
    '/v1/batches/batch_%00/results',
    '/v1/batches/batch_1%0d%0aSet-Cookie:x=1',
    '/v1/batches/batch_%ff',
    '/v1/batches/%zz',
    `/v1/batches/batch_${'a'.repeat(199)}`,
    `/v1/batches/${'a'.repeat(10_000)}`,
    "/v1/batches/batch_1'%20OR%20'1'='1",
    '/v1/batches/__proto__',
    '/v1/batches/constructor/results',
    '/dashboard?x=<script>',
    '*',
    'http://other.example/v1/nothing',
  ])('that leads nowhere is a 4xx: %s', async (path) => {
    refusalIn(await exchange(asking(`GET ${path} HTTP/1.1`)))
  })

  it('with whatever in the place of an id is 404', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
        fc.constantFrom('', '/results', '/cancel'),
        fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH'),
        async (id, what, method) => {
          fc.pre(id.isWellFormed() && !['.', '..'].includes(id))
          const url = `${server.url}/v1/batches/${encodeURIComponent(id)}${what}`
          expectRefusal(await call(url, { method, key: server.key }))
        },
      ),
      { numRuns: 300 },
    ),
  )
})

describe('a method', () => {
  it.each([
    ['POST', '/v1/models', 'GET, HEAD'],
    ['PUT', '/v1/batches', 'GET, POST, HEAD'],
    ['DELETE', '/v1/batches', 'GET, POST, HEAD'],
    ['POST', '/v1/batches/{id}', 'GET, DELETE, HEAD'],
    ['PATCH', '/v1/batches/{id}', 'GET, DELETE, HEAD'],
    ['DELETE', '/v1/batches/{id}/results', 'GET, HEAD'],
    ['GET', '/v1/batches/{id}/cancel', 'POST'],
  ])('that a path does not take is 405 and says which it takes: %s %s', async (method, path, allow) => {
    const url = `${server.url}${path.replace('{id}', batch)}`
    const answer = await call(url, { method, key: server.key })
    expect(expectRefusal(answer)).toMatchObject({ error: 'method_not_allowed' })
    expect(answer.headers.get('allow')).toBe(allow)
  })

  it.each([
    'OPTIONS /v1/batches',
    'TRACE /v1/batches',
    'PROPFIND /v1/models',
    'QUERY /v1/batches',
    'CONNECT example.com:443',
    'PRI *',
    'NONSENSE /v1/models',
    'get /v1/models',
  ])('that hardly anybody knows is a 4xx: %s', async (line) => {
    refusalIn(await exchange(asking(`${line} HTTP/1.1`)))
  })

  it.each(['/v1/models', '/v1/batches/{id}', '/v1/batches/{id}/results'])(
    'HEAD is GET without a body: %s',
    async (path) => {
      const url = `${server.url}${path.replace('{id}', batch)}`
      const [head, get] = [
        await call(url, { method: 'HEAD', key: server.key }),
        await call(url, { key: server.key }),
      ]
      expect([head.status, head.text]).toEqual([get.status, ''])
      expect(head.headers.get('content-type')).toBe(get.headers.get('content-type'))
      const absent = await call(url.replace(batch, 'batch_0'), { method: 'HEAD', key: server.key })
      if (path.includes('{id}')) expect(absent.status).toBe(404)
    },
  )
})

const create = (headers: Record<string, string>, body: string | Uint8Array = '{"model":"x"}') =>
  call(`${server.url}/v1/batches`, { key: server.key, body, headers })

describe('a header', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/json; charset=utf-16',
    'application/json; charset=euc-kr',
    'nonsense',
    ';',
  ])('Content-Type: %s is 415', async (type) => {
    const refusal = expectRefusal(await create({ 'content-type': type }))
    expect(refusal).toMatchObject({ error: 'unsupported_media_type', field: 'Content-Type' })
  })

  it.each([
    'application/json',
    'application/json;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/vnd.batch+json',
    'Application/JSON',
  ])('Content-Type: %s is taken', async (type) => {
    expect(expectRefusal(await create({ 'content-type': type }))).toMatchObject({ error: 'missing_field' })
  })

  it.each(['gzip', 'br', 'zstd', 'gzip, identity', 'nonsense'])(
    'Content-Encoding: %s is 415',
    async (encoding) => {
      const refusal = expectRefusal(await create({ 'content-encoding': encoding }))
      expect(refusal).toMatchObject({ error: 'unsupported_encoding', field: 'Content-Encoding' })
    },
  )

  it('Content-Type is missed', async () => {
    const received = await exchange(asking('POST /v1/batches HTTP/1.1', 'Content-Length: 2').concat('{}'))
    expect(refusalIn(received)).toMatchObject({ error: 'unsupported_media_type' })
  })

  it('Expect with something unknown is passed over', async () => {
    expect(await exchange(asking('GET /v1/models HTTP/1.1', 'Expect: miracles'))).toMatch(/^HTTP\/1\.1 200/)
  })

  it('Host is missed', async () => {
    const text = asking('GET /v1/models HTTP/1.1').replace('Host: test\r\n', '')
    expect(refusalIn(await exchange(text))).toMatchObject({ error: 'bad_request', field: 'Host' })
    // The old protocol has none.
    expect(await exchange(text.replace('HTTP/1.1', 'HTTP/1.0'))).toMatch(/^HTTP\/1\.1 200/)
  })

  it.each(['wait=', 'wait=-1', 'wait=1e9', 'wait=abc', 'return=minimal', ',,;', 'wait=99999999999'])(
    'Prefer: %s does no harm',
    async (prefer) => {
      const answer = await call(`${server.url}/v1/batches/${batch}`, { key: server.key, headers: { prefer } })
      expect(answer.status).toBe(200)
    },
  )

  it('of any name and value does no harm', { timeout: 600_000 }, () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'authorization',
          'idempotency-key',
          'content-type',
          'content-encoding',
          'prefer',
          'range',
          'x-stainless-retry-count',
          'x-forwarded-for',
          'cookie',
        ),
        fc.string({ unit: 'grapheme-ascii', maxLength: 50 }),
        async (name, value) => {
          const read = await call(`${server.url}/v1/batches/${batch}`, {
            key: server.key,
            headers: { [name]: value },
          })
          // OpenAI's own clients are known by their headers, and are answered in their words.
          const expectRefused = name === 'x-stainless-retry-count' ? expectOpenaiRefusal : expectRefusal
          if (read.status !== 200) expectRefused(read)
          expectRefused(await create({ [name]: value }))
        },
      ),
      { numRuns: 200 },
    ),
  )
})

describe('a body where none belongs', () => {
  it.each([
    ['GET', ''],
    ['GET', '/results'],
    ['POST', '/cancel'],
  ])('is passed over: %s %s', async (method, what) => {
    const lines = asking(
      `${method} /v1/batches/${batch}${what} HTTP/1.1`,
      'Content-Length: 5',
      'Content-Type: text/x',
    )
    expect(await exchange(`${lines}hello`)).toMatch(/^HTTP\/1\.1 200/)
  })
})

describe('what is no HTTP', () => {
  it.each<[string, string]>([
    ['a greeting', 'hello\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/9', 'GET /v1/models HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['NUL bytes', '\u0000'.repeat(100)],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    ['a header with a NUL', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\u0000c\r\n\r\n'],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\nBad Name: d\r\n\r\n'],
    [
      'two lengths',
      'POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'a length and chunks',
      'POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a negative length', 'POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['a huge length', `POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: ${'9'.repeat(30)}\r\n\r\n`],
    ['a space in the path', 'GET /v1/mod els HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('is a 4xx: %s', async (_name, text) => {
    refusalIn(await exchange(Buffer.from(text, 'latin1')))
  })

  it('headers above the limit are 431', async () => {
    const received = await exchange(asking('GET /v1/models HTTP/1.1', `X: ${'x'.repeat(20_000)}`))
    expect(refusalIn(received)).toMatchObject({ error: 'headers_too_large' })
    expect(statusOf(received)).toBe(431)
  })

  it('is never answered with a 5xx, whatever it is', { timeout: 600_000 }, () => {
    const request = asking('POST /v1/batches HTTP/1.1', 'Content-Type: application/json', 'Content-Length: 2')
    const piece = fc.oneof(
      fc.constantFrom(
        '\r\n',
        '\r\n\r\n',
        ': ',
        'HTTP/1.1',
        'POST',
        'Transfer-Encoding: chunked\r\n',
        '0\r\n\r\n',
      ),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    )
    return fc.assert(
      fc.asyncProperty(fc.nat({ max: request.length }), fc.nat({ max: 10 }), piece, async (at, lost, put) => {
        const bytes = Buffer.from(`${request.slice(0, at)}${put}${request.slice(at + lost)}{}`, 'latin1')
        const received = await exchangeHalf(bytes)
        // Half a request is no request: then there is nothing to answer.
        if (received !== '') expect(statusOf(received)).toBeLessThan(500)
      }),
      { numRuns: 300 },
    )
  })
})
