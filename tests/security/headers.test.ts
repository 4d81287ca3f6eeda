import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { field, file, multipart } from '../support/form.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import { chatAnswer } from '../support/scripted-provider.ts'
import { ENDPOINTS, type Endpoint, nameOf } from './support/endpoints.ts'
import { exchangeRaw } from './support/raw-exchange.ts'
import { ABSENT } from './support/things.ts'

/** What every answer says about itself, what it says of nobody else, and what of a caller's words it may hold. */

/** Headers of a provider that are none of a client's business, and bytes that no header can hold. */
const PROVIDER_HEADERS = [
  'Set-Cookie: theirs=1',
  'Access-Control-Allow-Origin: *',
  'Server: theirs',
  'X-Powered-By: theirs',
  'Location: https://theirs.example',
  'Cache-Control: public, max-age=31536000',
  'Content-Disposition: attachment; filename=theirs',
  'X-Request-Id: theirs\u0001 and more',
]

let provider: Server
let server: TestGateway
let operator: string

beforeAll(async () => {
  // Written by hand: Node's own server refuses to send some of this.
  provider = createServer((socket) => {
    const body = JSON.stringify(chatAnswer('hello'))
    const head = ['HTTP/1.1 200 OK', 'Content-Type: application/json', ...PROVIDER_HEADERS]
    const answer = [
      ...head,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n')
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(answer, 'latin1'))
  })
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  const address = provider.address()
  const port = typeof address === 'object' ? address?.port : undefined
  server = await openGateway({ provider: `http://127.0.0.1:${port}` })
  operator = (await server.newOperatorKey()).secret
})

afterAll(async () => {
  await server.stop()
  await new Promise((resolve) => provider.close(resolve))
})

const FORBIDDEN = /^(server|x-powered-by|set-cookie|access-control-.*|location|via|content-disposition)$/

const expectSafe = ({ headers }: Pick<Answer, 'headers'>): void => {
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cache-control')).toBe('no-store')
  expect([...headers.keys()].filter((name) => FORBIDDEN.test(name))).toEqual([])
}

const send = (endpoint: Endpoint, headers: Record<string, string> = {}, method: string = endpoint.method) => {
  const { path, body, headers: own } = endpoint.request(ABSENT)
  const sentBody = method === 'GET' || method === 'HEAD' || method === 'OPTIONS' ? undefined : body
  return call(`${server.url}${path}`, { method, body: sentBody, headers: { ...own, ...headers } })
}

const keyOf = ({ opens }: Endpoint): Record<string, string> => ({
  authorization: `Bearer ${opens === 'operator' ? operator : server.key}`,
})

describe.each(ENDPOINTS.map((each): [string, Endpoint] => [nameOf(each), each]))('%s', (_name, endpoint) => {
  it('answers with safe headers, whoever asks and however', async () => {
    expectSafe(await send(endpoint, keyOf(endpoint)))
    expectSafe(await send(endpoint))
    expectSafe(await send(endpoint, keyOf(endpoint), 'PUT'))
    if (endpoint.method === 'GET') expectSafe(await send(endpoint, keyOf(endpoint), 'HEAD'))
  })

  it('lets no page of another site call', async () => {
    const asked = { origin: 'https://other.example', 'access-control-request-method': endpoint.method }
    const preflight = await send(endpoint, asked, 'OPTIONS')
    expect(preflight.status).toBeGreaterThanOrEqual(400)
    expectSafe(preflight)
    expectSafe(await send(endpoint, { ...keyOf(endpoint), ...asked }))
  })
})

it('what is no HTTP is answered with safe headers', async () => {
  const { text } = await exchangeRaw(server.url, 'nonsense\r\n\r\n')
  expect(text).toMatch(/^cache-control: no-store\r$/m)
  expect(text).toMatch(/^x-content-type-options: nosniff\r$/m)
})

it('the page of the API loads and runs nothing but its own', async () => {
  const { status, headers } = await call(`${server.url}/docs/`)
  expect(status).toBe(200)
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/)
  expect(headers.get('content-security-policy')).not.toMatch(/unsafe-inline|unsafe-eval|\*/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
})

describe('what a caller or a proxy says of where it is', () => {
  const CLAIMS = [
    'X-Forwarded-Host: elsewhere.example',
    'X-Forwarded-Proto: elsewhere',
    'X-Forwarded-For: 10.99.99.99',
    'X-Forwarded-Prefix: /elsewhere',
    'X-Real-IP: 10.99.99.99',
    'Forwarded: host=elsewhere.example;for=10.99.99.99',
    'X-Request-Id: elsewhere',
  ]

  it.each(
    ENDPOINTS.filter(({ method }) => method === 'GET').map((each): [string, Endpoint] => [
      nameOf(each),
      each,
    ]),
  )('is believed nowhere: %s', async (_name, endpoint) => {
    const { path } = endpoint.request(ABSENT)
    const head = [
      `GET ${path} HTTP/1.1`,
      // The URL of results in Anthropic's dialect leads to the host that its caller asked for.
      `Host: ${endpoint.dialect === 'anthropic' ? 'here' : 'elsewhere'}.example`,
      ...CLAIMS,
      `Authorization: ${keyOf(endpoint).authorization}`,
    ]
    const { text, statuses } = await exchangeRaw(server.url, [...head, '\r\n'].join('\r\n'))
    expect(statuses).toHaveLength(1)
    expect(text).not.toMatch(/elsewhere|10\.99\.99\.99/)
  })
})

describe('words of others within headers', () => {
  it("a provider's own headers stay with us", async () => {
    const body = { model: 'gpt-4.1', messages: [{ role: 'user', content: 'hello' }] }
    const answer = await call(`${server.url}/v1/chat/completions`, { key: server.key, body })
    expect([answer.status, answer.json]).toEqual([200, chatAnswer('hello')])
    expectSafe(answer)
    expect([...answer.headers].flat().join()).not.toContain('theirs')
  })

  it.each([
    'a\\r\\nSet-Cookie: x=1.jsonl',
    'a%0d%0aSet-Cookie: x=1.jsonl',
    'a"; filename="b.jsonl',
    'a\\".jsonl',
    '\u202egpj.jsonl',
    '<script>.jsonl',
    `${'a'.repeat(240)}.jsonl`,
  ])("a file's name gets into none: %s", async (filename) => {
    const uploaded = await call(`${server.url}/v1/files`, {
      key: server.key,
      headers: { 'content-type': 'multipart/form-data; boundary=XX' },
      body: multipart([field('purpose', 'user_data'), file('bytes', filename)]),
    })
    expect(uploaded.status).toBe(200)
    const { id } = uploaded.json as { id: string }
    const content = await call(`${server.url}/v1/files/${id}/content`, { key: server.key })
    expect(content.text).toBe('bytes')
    expect(content.headers.get('content-type')).toBe('application/octet-stream')
    expectSafe(content)
  })

  it.each(['%0d%0aSet-Cookie:%20x=1', '%0aSet-Cookie:x', '%00', '%e2%80%a8'])(
    "an id's line breaks get into none: %s",
    async (id) => {
      for (const path of [`/v1/batches/${id}`, `/v1/files/${id}/content`, `/v1/models/${id}`, `/${id}`]) {
        const answer = await call(`${server.url}${path}`, { key: server.key })
        expect(answer.status).toBe(404)
        expectSafe(answer)
      }
    },
  )
})
