import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { field, file, multipart, type Part } from '../support/form.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { ENDPOINTS, type Endpoint, nameOf } from './support/endpoints.ts'
import { exchangeRaw } from './support/raw-exchange.ts'
import { ABSENT } from './support/things.ts'

/** Too much of everything, in every place: a clear 4xx each time, and nothing is kept of it. */

const MIB = 1_048_576

let provider: FakeProvider
let server: TestGateway
let operator: string
/** Of the files that were meant to be taken. */
const kept: string[] = []

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      intake: { ...config.intake, bodyBytesMax: 2 * MIB, itemBytesMax: MIB },
      files: { ...config.files, bytesMax: 2 * MIB },
    }),
  })
  operator = (await server.newOperatorKey()).secret
})

afterEach(async () => {
  expect(server.blobs()).toEqual(kept)
  expect(provider.received).toEqual([])
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const expect4xx = ({ status, text }: Pick<Answer, 'status' | 'text'>, status4xx?: number): void => {
  expect({ status, text }).toEqual({
    status: status4xx ?? expect.toSatisfy((given: number) => given >= 400 && given < 500),
    text: expect.toSatisfy((given: string) => given.length < 2_000 && 'error' in JSON.parse(given)),
  })
}

const asking = (line: string, ...headers: string[]): string =>
  [line, 'Host: test', `Authorization: Bearer ${server.key}`, ...headers, '\r\n'].join('\r\n')

describe('a head', () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: y`)

  it.each<[string, () => string, number]>([
    ['with a long path', () => asking(`GET /v1/batches/${'a'.repeat(15_000)} HTTP/1.1`), 400],
    ['with too long a path', () => asking(`GET /v1/batches/${'a'.repeat(20_000)} HTTP/1.1`), 431],
    ['with many slashes', () => asking(`GET ${'/'.repeat(15_000)} HTTP/1.1`), 404],
    ['with many dots', () => asking(`GET /v1${'/..'.repeat(5_000)} HTTP/1.1`), 404],
    ['with many parameters', () => asking(`GET /v1/admin/keys?${'a=b&'.repeat(3_500)} HTTP/1.1`), 403],
    [
      'with one parameter many times',
      () => asking(`GET /v1/batches?${'after=x&'.repeat(1_500)} HTTP/1.1`),
      400,
    ],
    ['with a long parameter', () => asking(`GET /v1/files?after=${'x'.repeat(15_000)} HTTP/1.1`), 400],
    ['with too long a query', () => asking(`GET /v1/files?after=${'x'.repeat(20_000)} HTTP/1.1`), 431],
    ['with as many headers as there may be', () => asking('GET /v1/models HTTP/1.1', ...many(98)), 200],
    ['with one more', () => asking('GET /v1/models HTTP/1.1', ...many(99)), 431],
    ['with thousands of headers', () => asking('GET /v1/models HTTP/1.1', ...many(1_400)), 431],
    ['with a long header', () => asking('GET /v1/models HTTP/1.1', `X: ${'y'.repeat(20_000)}`), 431],
    [
      'with a header of a long name',
      () => asking('GET /v1/models HTTP/1.1', `${'x'.repeat(20_000)}: y`),
      431,
    ],
    ['with a long cookie', () => asking('GET /v1/models HTTP/1.1', `Cookie: ${'a=b;'.repeat(5_000)}`), 431],
  ])('%s', async (_name, head, status) => {
    expect((await exchangeRaw(server.url, head())).statuses).toEqual([status])
  })
})

const ofJson = ENDPOINTS.filter(({ request }) => {
  const { body } = request(ABSENT)
  return typeof body === 'object'
})

const send = (endpoint: Endpoint, body: string, more: Record<string, string> = {}): Promise<Answer> => {
  const { path, headers } = endpoint.request(ABSENT)
  const key = endpoint.opens === 'operator' ? operator : server.key
  return call(`${server.url}${path}`, {
    method: endpoint.method,
    key,
    body,
    headers: { ...headers, ...more },
  })
}

describe.each(ofJson.map((each): [string, Endpoint] => [nameOf(each), each]))(
  'a body for %s',
  (_name, endpoint) => {
    const large = JSON.stringify({ model: 'gpt-4.1', name: 'x'.repeat(3 * MIB) })
    // Of a thing that is not there no body is looked at.
    const status = endpoint.route.includes(':') && endpoint.opens === 'client' ? 404 : 413

    it('that is too large, with its length', async () => {
      expect4xx(await send(endpoint, large), status)
    })

    it('that is too large, in chunks', async () => {
      const { path, headers = {} } = endpoint.request(ABSENT)
      const key = endpoint.opens === 'operator' ? operator : server.key
      const head = [
        `${endpoint.method} ${path} HTTP/1.1`,
        'Host: test',
        `Authorization: Bearer ${key}`,
        'Content-Type: application/json',
        'Transfer-Encoding: chunked',
        ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      ]
      const chunks = `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`
      const { statuses } = await exchangeRaw(server.url, `${head.join('\r\n')}\r\n\r\n${chunks}`)
      expect(statuses).toEqual([status])
    })

    it.each<[string, string]>([
      ['lists within lists', '['.repeat(200_000)],
      ['lists within lists that end', '['.repeat(100_000) + ']'.repeat(100_000)],
      ['objects within objects', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
      ['lists within a field', `{"model":"gpt-4.1","name":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
      ['a long number', `{"model":${'9'.repeat(500_000)}}`],
      ['a number beyond all', '{"model":1e999999}'],
      ['many fields', `{${Array.from({ length: 50_000 }, (_, index) => `"f${index}":1`).join(',')}}`],
      ['one field many times', `{${'"model":1,'.repeat(50_000)}"model":1}`],
      ['a long name of a field', `{"${'n'.repeat(500_000)}":1}`],
      ['a field that is a prototype', '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}'],
      ['nothing', ''],
    ])('of %s', async (_what, body) => {
      expect4xx(await send(endpoint, body))
    })

    it('that is packed', async () => {
      expect4xx(await send(endpoint, '{}', { 'content-encoding': 'gzip' }))
    })
  },
)

describe('a number in an address', () => {
  const wrong = [
    '',
    '0',
    '-1',
    '+1',
    '1.0',
    '1e3',
    '0x10',
    ' 5',
    '5 ',
    '\u0661',
    '1,000',
    'NaN',
    '9'.repeat(400),
    'x',
  ]
  const lists = ['/v1/batches', '/v1/files', '/v1/webhooks', '/v1/admin/keys', '/v1/admin/batches']

  it.each(lists)('that is none: %s', async (path) => {
    const key = path.startsWith('/v1/admin') ? operator : server.key
    for (const limit of [...wrong.map(encodeURIComponent), '5&limit=6', '100000000']) {
      expect4xx(await call(`${server.url}${path}?limit=${limit}`, { key }), 400)
    }
  })

  it('that is none, in a range, gives the whole or says what there is', async () => {
    const id = await uploaded('0123456789')
    for (const range of ['bytes=-', 'bytes=a-b', 'bytes=-1-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=1e1-']) {
      const { status, text } = await content(id, range)
      expect([range, status, text]).toEqual([range, 200, '0123456789'])
    }
    for (const range of ['bytes=10-', 'bytes=5-4', 'bytes=-0', `bytes=${'9'.repeat(15)}-`]) {
      expect([range, (await content(id, range)).status]).toEqual([range, 416])
    }
    kept.push(`files/${id}`)
  })
})

const content = (id: string, range: string): Promise<Answer> =>
  call(`${server.url}/v1/files/${id}/content`, { key: server.key, headers: { range } })

const uploaded = async (text: string): Promise<string> => {
  const { json } = await form([field('purpose', 'user_data'), file(text, 'a.bin')])
  return (json as { id: string }).id
}

const FORM = 'multipart/form-data; boundary=XX'

const form = (parts: readonly Part[], { type = FORM, headers = {}, body = multipart(parts) } = {}) =>
  call(`${server.url}/v1/files`, { key: server.key, body, headers: { 'content-type': type, ...headers } })

describe('a form', () => {
  const good = [field('purpose', 'batch'), file('{}\n')]

  it.each<[string, Part[]]>([
    ['of many fields', Array.from({ length: 5_000 }, (_, index) => field(`f${index}`, 'x'))],
    ['of many files', [...good, ...Array.from({ length: 500 }, () => file('x'))]],
    ['with a field of a long name', [field('n'.repeat(100_000), 'x'), ...good]],
    ['with a long field', [field('purpose', 'x'.repeat(MIB)), file('{}\n')]],
    ['with a long name of a file', [field('purpose', 'batch'), file('{}\n', `${'n'.repeat(50_000)}.jsonl`)]],
    ['with a long head of a part', [{ head: `name="file"\r\nX: ${'y'.repeat(MIB)}`, content: 'x' }, ...good]],
    [
      'with a part of many headers',
      [{ head: `name="f"${'\r\nX: y'.repeat(50_000)}`, content: 'x' }, ...good],
    ],
    ['with too large a file', [field('purpose', 'user_data'), file('x'.repeat(3 * MIB), 'a.bin')]],
    ['with a name that is a prototype', [field('__proto__', 'x'), ...good]],
    ['with no file', [field('purpose', 'batch')]],
    ['with nothing', []],
  ])('%s', async (_name, parts) => {
    expect4xx(await form(parts))
  })

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary=${'b'.repeat(500)}`,
    'multipart/mixed; boundary=XX',
    'multipart/form-data; boundary=YY',
  ])('of a strange type: %s', async (type) => {
    expect4xx(await form(good, { type }))
  })

  it('that is packed, or says so', async () => {
    expect4xx(await form(good, { headers: { 'content-encoding': 'gzip' } }), 415)
  })

  it('that does not end', async () => {
    expect4xx(await form(good, { body: multipart(good).replace('--XX--\r\n', '') }))
  })
})
