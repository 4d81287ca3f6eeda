import { createServer, type ServerResponse } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { CallOutcome, CallRequest } from '../call.ts'
import { brokenOf, closers, listen, open, requestTo, serve, serveRaw } from './http-call.fixture.ts'

const callOnce = (baseUrl: string, more: Partial<CallRequest> = {}): Promise<CallOutcome> =>
  open().call(requestTo(baseUrl, more))

describe('a call that is answered', () => {
  it('carries the request over and the answer back', async () => {
    const baseUrl = await serve((request, response, body) => {
      response.writeHead(201, { 'Content-Type': 'application/json', 'X-Twice': ['a', 'b'] })
      response.end(JSON.stringify({ url: request.url, key: request.headers.authorization, body }))
    })
    const outcome = await callOnce(baseUrl)
    if (outcome.kind !== 'answer') throw new Error(outcome.message)
    expect(outcome.status).toBe(201)
    expect(outcome.headers.get('content-type')).toBe('application/json')
    expect(outcome.headers.get('x-twice')).toBe('a, b')
    expect(JSON.parse(outcome.body.toString())).toEqual({
      url: '/v1/chat/completions',
      key: 'Bearer sk-test',
      body: '{"model":"m"}',
    })
    expect(outcome.firstByteMs).toBeLessThanOrEqual(outcome.totalMs)
  })

  it('keeps empty lines before the body, and joins what comes in pieces', async () => {
    const baseUrl = await serve((_request, response) => {
      response.write('\n\n')
      setImmediate(() => {
        response.write('{"a":')
        setImmediate(() => response.end('1}'))
      })
    })
    const outcome = await callOnce(baseUrl, { body: Buffer.from('{}') })
    expect(outcome).toMatchObject({ kind: 'answer', status: 200 })
    if (outcome.kind === 'answer') expect(outcome.body.toString()).toBe('\n\n{"a":1}')
  })

  it('is an answer with any status, and after an early hint', async () => {
    const refused = await serve((_request, response) => response.writeHead(429).end('slow down'))
    expect(await callOnce(refused)).toMatchObject({ kind: 'answer', status: 429 })
    const hinted = await serve((_request, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.end('{}')
    })
    expect(await callOnce(hinted)).toMatchObject({ kind: 'answer', status: 200 })
  })

  it('is never taken from what came behind an earlier answer', async () => {
    let connections = 0
    const answer = (text: string): string =>
      `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`
    const server = createTcpServer((socket) => {
      connections += 1
      socket.on('data', () => socket.write(`${answer(`of ${connections}`)}${answer('smuggled')}`))
    })
    const baseUrl = `http://127.0.0.1:${await listen(server)}/v1`
    const { call } = open(1)
    for (const expected of ['of 1', 'of 2', 'of 3']) {
      const outcome = await call(requestTo(baseUrl))
      if (outcome.kind !== 'answer') throw new Error(outcome.message)
      expect(outcome.body.toString()).toBe(expected)
    }
  })

  it('leaves no more connections than allowed, and uses them again', async () => {
    const ports = new Set<number | undefined>()
    let inFlight = 0
    let inFlightMost = 0
    const baseUrl = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      inFlight += 1
      inFlightMost = Math.max(inFlightMost, inFlight)
      setImmediate(() => {
        inFlight -= 1
        response.end('{}')
      })
    })
    const { call } = open(3)
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => call(requestTo(baseUrl))))
    expect(outcomes.every((outcome) => outcome.kind === 'answer')).toBe(true)
    expect(inFlightMost).toBeLessThanOrEqual(3)
    expect(ports.size).toBeLessThanOrEqual(3)
  })
})

describe('a call that breaks', () => {
  it('finds nobody', async () => {
    const server = createTcpServer()
    const port = await listen(server)
    await closers.pop()?.()
    const outcome = brokenOf(await callOnce(`http://127.0.0.1:${port}/v1`))
    expect(outcome.cause).toBe('connect')
    expect(outcome.message).toContain('ECONNREFUSED')
  })

  it('goes on when the server is there again', async () => {
    const first = createTcpServer()
    const port = await listen(first)
    await closers.pop()?.()
    const { call } = open(1)
    expect(brokenOf(await call(requestTo(`http://127.0.0.1:${port}`))).cause).toBe('connect')
    const server = createServer((_request, response) => response.end('{}'))
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    closers.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    expect(await call(requestTo(`http://127.0.0.1:${port}`))).toMatchObject({ kind: 'answer' })
  })

  it('finds no TLS', async () => {
    const baseUrl = await serve((_request, response) => response.end('{}'))
    const outcome = brokenOf(await callOnce(baseUrl.replace('http:', 'https:')))
    expect(outcome.cause).toBe('connect')
    expect(outcome.message).toMatch(/ssl|tls|wrong version/i)
  })

  it.each([
    ['a base URL that is none', { baseUrl: 'not a url' }],
    ['a protocol that nobody speaks', { baseUrl: 'ftp://127.0.0.1' }],
    ['a header that would split the request', { headers: { authorization: 'Bearer a\nb: c' } }],
    ['a path with a space', { path: '/a b' }],
  ])('is refused by ourselves: %s', async (_name, more) => {
    const baseUrl = await serve((_request, response) => response.end('{}'))
    const outcome = brokenOf(await callOnce(baseUrl, more))
    expect(outcome.cause).toBe('connect')
    expect(outcome.message).not.toContain('Bearer')
  })

  it('is reset before any byte', async () => {
    const outcome = brokenOf(await callOnce(await serveRaw('', 'reset')))
    expect(outcome.cause).toBe('reset')
    expect(outcome.message).toContain('before an answer began')
  })

  it('is closed before any byte', async () => {
    const outcome = brokenOf(await callOnce(await serveRaw('', 'close')))
    expect(outcome.cause).toBe('reset')
    expect(outcome.message).toContain('before an answer began')
  })

  it.each(['reset', 'close'] as const)('is cut in the middle of the body (%s)', async (end) => {
    const raw = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"a":'
    const outcome = brokenOf(await callOnce(await serveRaw(raw, end)))
    expect(outcome.cause).toBe('reset')
    expect(outcome.message).toContain('(status 200) broke off after 5 bytes')
  })

  it('is cut in the middle of a chunked body', async () => {
    const raw = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n'
    expect(brokenOf(await callOnce(await serveRaw(raw, 'close'))).message).toContain('after 5 bytes')
  })

  it('gets what is no HTTP', async () => {
    expect(brokenOf(await callOnce(await serveRaw('hello there\r\n\r\n', 'close'))).cause).toBe('reset')
  })

  it('gets no first byte', async () => {
    const baseUrl = await serve(() => {})
    const outcome = brokenOf(await callOnce(baseUrl, { firstByteMsMax: 30 }))
    expect(outcome).toMatchObject({ cause: 'first_byte_timeout', message: 'no answer began within 30 ms' })
  })

  it('gets no last byte, though bytes keep coming', async () => {
    const baseUrl = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 10)
      response.on('close', () => clearInterval(timer))
    })
    const outcome = brokenOf(await callOnce(baseUrl, { totalMsMax: 60 }))
    expect(outcome.cause).toBe('total_timeout')
  })

  it('waited for a free connection for too long, and is never sent', async () => {
    const seen: string[] = []
    const answers: ServerResponse[] = []
    const baseUrl = await serve((_request, response, body) => {
      seen.push(body)
      answers.push(response)
    })
    const { call } = open(1)
    const first = call(requestTo(baseUrl, { body: Buffer.from('first') }))
    const second = brokenOf(
      await call(requestTo(baseUrl, { body: Buffer.from('second'), firstByteMsMax: 30 })),
    )
    expect(second.cause).toBe('connect')
    const third = call(requestTo(baseUrl, { body: Buffer.from('third') }))
    answers[0]?.end('{}')
    expect((await first).kind).toBe('answer')
    await expect.poll(() => seen).toEqual(['first', 'third'])
    answers[1]?.end('{}')
    expect((await third).kind).toBe('answer')
  })

  it.each([
    ['by its header', (response: ServerResponse) => response.writeHead(200, { 'content-length': 500 })],
    ['by its bytes', (response: ServerResponse) => response.writeHead(200)],
  ])('is too large %s', async (_name, begin) => {
    const baseUrl = await serve((_request, response) => {
      begin(response)
      response.end('x'.repeat(500))
    })
    const { call } = open(1)
    const outcome = brokenOf(await call(requestTo(baseUrl, { answerBytesMax: 499 })))
    expect(outcome).toMatchObject({ cause: 'too_large', message: 'the answer is longer than 499 bytes' })
    expect(await call(requestTo(baseUrl, { answerBytesMax: 500 }))).toMatchObject({ kind: 'answer' })
  })
})

describe('a call that we stop', () => {
  it('ends by its signal, alone or with others', async () => {
    let arrived = 0
    const baseUrl = await serve(() => {
      arrived += 1
    })
    const { call } = open()
    const stop = new AbortController()
    const { signal } = stop
    const calls = [call(requestTo(baseUrl, { signal })), call(requestTo(baseUrl, { signal }))]
    await expect.poll(() => arrived).toBe(2)
    stop.abort()
    for (const outcome of await Promise.all(calls)) expect(brokenOf(outcome).cause).toBe('aborted')
    expect(brokenOf(await call(requestTo(baseUrl, { signal }))).cause).toBe('aborted')
    expect(arrived).toBe(2)
  })

  it('ends when the client is closed', async () => {
    let arrived = 0
    const baseUrl = await serve(() => {
      arrived += 1
    })
    const { call, close } = open()
    const running = call(requestTo(baseUrl))
    await expect.poll(() => arrived).toBe(1)
    await close()
    expect(brokenOf(await running).cause).toBe('closed')
    expect(brokenOf(await call(requestTo(baseUrl))).cause).toBe('closed')
  })
})
