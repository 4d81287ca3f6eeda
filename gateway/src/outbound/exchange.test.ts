import diagnostics from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import http, { type RequestListener } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type ExchangeOrder, exchange } from './exchange.ts'

const closers: Array<() => void> = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const listen = async (server: http.Server): Promise<number> => {
  closers.push(() => {
    server.close()
    server.closeAllConnections()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const plain = (onRequest: RequestListener) => listen(http.createServer(onRequest))

const order = (url: string, more: Partial<ExchangeOrder> = {}): ExchangeOrder => ({
  url: new URL(url),
  address: '127.0.0.1',
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"ü":1}',
  signal: new AbortController().signal,
  ...more,
})

describe('an exchange', () => {
  it('reaches the given address under the name of its URL', async () => {
    const got: unknown[] = []
    const port = await plain(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      got.push([request.method, request.url, request.headers.host, request.headers['content-length'], body])
      response.writeHead(503, { 'retry-after': '7', location: '/x' }).end('busy')
    })
    expect(await exchange(order(`http://hooks.example:${port}/a?b=c`))).toEqual({
      status: 503,
      location: '/x',
      retryAfter: '7',
    })
    expect(got).toEqual([['POST', '/a?b=c', `hooks.example:${port}`, '8', '{"ü":1}']])
  })

  it('keeps no connection for the next one', async () => {
    const ports = new Set<number | undefined>()
    const port = await plain((request, response) => {
      ports.add(request.socket.remotePort)
      response.end()
    })
    for (let time = 0; time < 3; time += 1) await exchange(order(`http://h:${port}/`))
    expect(ports.size).toBe(3)
  })

  it('reads a few KB of an answer, and no more of one without end', async () => {
    let written = 0
    const port = await plain((_request, response) => {
      response.writeHead(200)
      const more = (): void => {
        while (response.writable && response.write(Buffer.alloc(16_384))) written += 16_384
        response.once('drain', more)
      }
      more()
    })
    expect(await exchange(order(`http://h:${port}/`))).toMatchObject({ status: 200 })
    expect(written).toBeLessThan(64 * 1_048_576)
  })

  it('fails where the connection breaks before an answer', async () => {
    const port = await plain((request) => request.socket.destroy())
    await expect(exchange(order(`http://h:${port}/`))).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('ends when it is told to', async () => {
    const late = new AbortController()
    const port = await plain(() => late.abort())
    const ended = exchange(order(`http://h:${port}/`, { signal: late.signal }))
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('has its answer once the head is there, also where the body never ends', async () => {
    const late = new AbortController()
    const onHead = (): void => void setImmediate(() => late.abort())
    diagnostics.subscribe('http.client.response.finish', onHead)
    closers.push(() => void diagnostics.unsubscribe('http.client.response.finish', onHead))
    const port = await plain((_request, response) => void response.writeHead(200).write('begun'))
    expect(await exchange(order(`http://h:${port}/`, { signal: late.signal }))).toMatchObject({ status: 200 })
  })
})

describe('an answer that is wanted', () => {
  const get = (url: string) =>
    exchange(order(url, { method: 'GET', headers: {}, body: '', answerBytesMax: 10 }))

  it('is kept up to the limit, and a request for it has no body', async () => {
    const lengths: unknown[] = []
    const port = await plain((request, response) => {
      lengths.push(request.headers['content-length'])
      response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(Number(request.url?.slice(1))))
    })
    expect(await get(`http://h:${port}/10`)).toMatchObject({
      status: 200,
      content: { type: 'text/plain', bytes: Buffer.from('x'.repeat(10)) },
    })
    expect(await get(`http://h:${port}/11`)).toMatchObject({ content: { bytes: undefined } })
    expect(lengths).toEqual([undefined, undefined])
  })

  it('is none where it breaks off', async () => {
    const port = await plain((request, response) => {
      response.writeHead(200, { 'content-length': '8' })
      response.write('half', () => request.socket.destroy())
    })
    await expect(get(`http://h:${port}/`)).rejects.toThrow()
  })
})

describe('an encrypted exchange', () => {
  const file = (name: string) =>
    readFileSync(new URL(`../provider/http1/fixtures/${name}`, import.meta.url), 'utf8')
  // For localhost and 127.0.0.1, of nobody whom anybody trusts.
  const [cert, key] = [file('cert.pem'), file('key.pem')]
  const trusted = tls.getCACertificates('default')
  afterAll(() => tls.setDefaultCACertificates(trusted))

  it('asks for the certificate of the name, not of the address', async () => {
    const asked: unknown[] = []
    const server = https.createServer({ key, cert }, (_request, response) => void response.end())
    server.on('secureConnection', (socket) => asked.push(socket.servername))
    server.on('tlsClientError', () => undefined)
    const port = await listen(server)
    await expect(exchange(order(`https://localhost:${port}/`))).rejects.toMatchObject({
      code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/),
    })
    tls.setDefaultCACertificates([cert])
    expect(await exchange(order(`https://localhost:${port}/`))).toMatchObject({ status: 200 })
    expect(await exchange(order(`https://127.0.0.1:${port}/`))).toMatchObject({ status: 200 })
    await expect(exchange(order(`https://hooks.example:${port}/`))).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    expect(asked).toContain('localhost')
  })
})
