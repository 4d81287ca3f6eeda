import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { created, resultsEnded } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { exchangeRaw } from './support/raw-exchange.ts'

/**
 * Requests that a proxy before us could read as one and we as two, or the other way round. Each carries a
 * whole create in what may be its body: it is never executed, and no request has two answers.
 */

let provider: FakeProvider
let server: TestGateway
let batch: string

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    // What says that more of it comes, and means it, ends soon.
    adapt: (config) => ({ ...config, connections: { ...config.connections, stalledMs: 1_000 } }),
  })
  batch = (await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })).batch_id
  await resultsEnded(server, batch)
})

afterEach(async () => {
  expect(await server.count('batch')).toBe(1)
  expect(provider.received).toHaveLength(1)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const smuggled = (): string => {
  const body = '{"model":"batch-4.1","tasks":[{"prompt":"smuggled"}]}'
  return [
    'POST /v1/batches HTTP/1.1',
    'Host: test',
    `Authorization: Bearer ${server.key}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

const HEAD = (): string =>
  ['POST /v1/batches HTTP/1.1', 'Host: test', `Authorization: Bearer ${server.key}`, ''].join('\r\n')

const JSON_TYPE = 'Content-Type: application/json\r\n'

const expectRefused = async (text: string): Promise<void> => {
  const { statuses, text: received } = await exchangeRaw(server.url, Buffer.from(text, 'latin1'))
  expect({ statuses, received }).toEqual({
    statuses: [expect.toSatisfy((status: number) => status >= 400 && status < 500)],
    received: expect.any(String),
  })
}

describe('a body whose end can be read in two ways', () => {
  const chunked = '0\r\n\r\n'
  it.each<[string, string]>([
    ['a length, then chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
    ['chunks, then a length', 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n'],
    ['a length of nothing, and chunks', 'Content-Length: 0\r\nTransfer-Encoding: chunked\r\n'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 0\r\n'],
    ['the same length twice', 'Content-Length: 5\r\nContent-Length: 5\r\n'],
    ['two lengths in one', 'Content-Length: 5, 5\r\n'],
    ['a length with a plus', 'Content-Length: +5\r\n'],
    ['a negative length', 'Content-Length: -5\r\n'],
    ['a length of two words', 'Content-Length: 5 5\r\n'],
    ['a hexadecimal length', 'Content-Length: 0x5\r\n'],
    ['a broken length', 'Content-Length: 5.0\r\n'],
    ['a length in another script', 'Content-Length: \u00b2\r\n'],
    ['an empty length', 'Content-Length:\r\n'],
    ['a length beyond all numbers', `Content-Length: ${'9'.repeat(40)}\r\n`],
    ['a length that wraps around', 'Content-Length: 18446744073709551621\r\n'],
    ['a folded length', 'Content-Length:\r\n 5\r\n'],
    ['a folded coding', 'Transfer-Encoding:\r\n chunked\r\n'],
    ['a name with a space', 'Transfer-Encoding : chunked\r\n'],
    ['a name with a tab', 'Transfer-Encoding\t: chunked\r\n'],
    ['a name behind a space', 'X: y\r\n Transfer-Encoding: chunked\r\n'],
    ['a name behind a bare line feed', 'X: y\nTransfer-Encoding: chunked\r\n'],
    ['a name behind a bare return', 'X: y\rTransfer-Encoding: chunked\r\n'],
    ['a name behind a NUL', 'X: y\u0000Transfer-Encoding: chunked\r\n'],
    ['a coding behind a vertical tab', 'Transfer-Encoding: \u000bchunked\r\n'],
    ['another coding behind it', 'Transfer-Encoding: chunked, identity\r\n'],
    ['another coding before it', 'Transfer-Encoding: identity, chunked\r\n'],
    ['a coding before it that compresses', 'Transfer-Encoding: gzip, chunked\r\n'],
    ['chunks within chunks', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'],
    ['a coding with a parameter', 'Transfer-Encoding: chunked;q=0\r\n'],
    ['a coding that is none', 'Transfer-Encoding: xchunked\r\n'],
    ['a coding in quotes', 'Transfer-Encoding: "chunked"\r\n'],
    ['no coding', 'Transfer-Encoding: identity\r\n'],
    ['an empty coding', 'Transfer-Encoding:\r\nContent-Length: 5\r\n'],
  ])('is refused: %s', async (_name, framing) => {
    await expectRefused(`${HEAD()}${JSON_TYPE}${framing}\r\n${chunked}${smuggled()}`)
  })

  it('is refused in the old protocol, which has no chunks', async () => {
    const head = HEAD().replace('HTTP/1.1', 'HTTP/1.0')
    await expectRefused(`${head}Transfer-Encoding: chunked\r\n\r\n${chunked}${smuggled()}`)
  })
})

describe('chunks', () => {
  it.each<[string, string]>([
    ['with a size beyond all numbers', 'FFFFFFFFFFFFFFFFF\r\n'],
    ['with a size that wraps around', '10000000000000002\r\n{}\r\n0\r\n\r\n'],
    ['with a negative size', '-2\r\n{}\r\n0\r\n\r\n'],
    ['with 0x before the size', '0x2\r\n{}\r\n0\r\n\r\n'],
    ['with a plus before the size', '+2\r\n{}\r\n0\r\n\r\n'],
    ['with a space before the size', ' 2\r\n{}\r\n0\r\n\r\n'],
    ['without a size', '\r\n{}\r\n0\r\n\r\n'],
    ['with a bare line feed behind the size', '2\n{}\r\n0\r\n\r\n'],
    ['with a bare return behind the size', '2\rX{}\r\n0\r\n\r\n'],
    ['with a bare line feed in an extension', '2;a\n{}\r\n0\r\n\r\n'],
    ['with a bare line feed behind the bytes', '2\r\n{}\n0\r\n\r\n'],
    ['with nothing behind the bytes', '2\r\n{}0\r\n\r\n'],
    ['longer than they say', '1\r\n{}\r\n0\r\n\r\n'],
    ['with endless extensions', `2;${'a=b;'.repeat(8_192)}\r\n{}\r\n0\r\n\r\n`],
    ['with endless trailers', `0\r\n${'a: b\r\n'.repeat(8_192)}\r\n`],
    ['with a bad trailer', '0\r\nContent Length: 5\r\n\r\n'],
  ])('are refused: %s', async (_name, chunks) => {
    await expectRefused(`${HEAD()}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n${chunks}${smuggled()}`)
  })

  it('with a trailer that looks like framing are read to their end and no further', async () => {
    const chunks = `2\r\n{}\r\n0\r\nContent-Length: ${smuggled().length}\r\n\r\n`
    await expectRefused(`${HEAD()}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n${chunks}`)
  })
})

describe('a request in the body of another', () => {
  const length = (): string => `Content-Length: ${smuggled().length}\r\n\r\n${smuggled()}`

  it.each<[string, number]>([
    ['GET /v1/models', 200],
    ['GET /v1/batches', 200],
    ['GET /v1/batches/{id}', 200],
    ['GET /v1/batches/{id}/results', 200],
    ['HEAD /v1/batches/{id}', 200],
    ['POST /v1/batches/{id}/cancel', 200],
    ['POST /v1/batches/{id}/retry', 400],
    ['DELETE /v1/files/file-none', 404],
    ['POST /v1/files', 415],
    ['POST /v1/uploads', 415],
    ['POST /v1/uploads/upload_none/parts', 404],
    ['POST /v1/chat/completions', 415],
    ['PUT /v1/batches', 405],
    ['POST /v1/nothing', 404],
    ['GET /livez', 200],
  ])('is never executed: %s', async (line, status) => {
    const head = HEAD().replace('POST /v1/batches ', `${line.replace('{id}', batch)} `)
    const exchange = await exchangeRaw(server.url, `${head}${length()}`)
    expect(exchange).toMatchObject({ statuses: [status], isUsable: true })
  })

  it.each(['Authorization: Bearer wrong', 'Content-Type: text/plain', 'Content-Encoding: gzip'])(
    'is never executed where that one is refused before its body is read: %s',
    async (header) => {
      const head = `POST /v1/batches HTTP/1.1\r\nHost: test\r\n${header}\r\n`
      const exchange = await exchangeRaw(server.url, `${head}${length()}`)
      expect(exchange).toMatchObject({ statuses: [401], isUsable: true })
    },
  )

  it('is never executed where that one is larger than it may be', async () => {
    const padded = `${' '.repeat(1_200_000)}${smuggled()}`
    const head = HEAD().replace('/v1/batches', '/v1/uploads')
    const exchange = await exchangeRaw(
      server.url,
      `${head}${JSON_TYPE}Content-Length: ${padded.length}\r\n\r\n${padded}`,
    )
    expect(exchange).toMatchObject({ statuses: [413], isUsable: true })
  })
})
