import type { ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { AnswerHead, CallOutcome, CallRequest, Flow } from '../call.ts'
import { brokenOf, listen, open, requestTo, serve, serveRaw } from './http-call.fixture.ts'

/** A call whose answer is taken in pieces. */
interface Streamed {
  readonly outcome: Promise<CallOutcome>
  readonly pieces: Buffer[]
  text(): string
  head(): AnswerHead | undefined
  flow(): Flow
}

const stream = (
  call: (request: CallRequest) => Promise<CallOutcome>,
  baseUrl: string,
  more: Partial<CallRequest> = {},
  onPiece: (piece: Buffer, flow: Flow) => void = () => undefined,
): Streamed => {
  const pieces: Buffer[] = []
  let head: AnswerHead | undefined
  let flow: Flow | undefined
  const outcome = call(
    requestTo(baseUrl, {
      takerOf(itsHead, itsFlow) {
        head = itsHead
        flow = itsFlow
        return (piece) => {
          pieces.push(piece)
          onPiece(piece, itsFlow)
        }
      },
      ...more,
    }),
  )
  return {
    outcome,
    pieces,
    text: () => Buffer.concat(pieces).toString(),
    head: () => head,
    flow() {
      if (!flow) throw new Error('no head has come')
      return flow
    },
  }
}

describe('an answer that is taken in pieces', () => {
  it('brings its head before its body, and each piece when it arrives', async () => {
    const responses: ServerResponse[] = []
    const baseUrl = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
      responses.push(response)
    })
    const streamed = stream(open().call, baseUrl)
    await expect.poll(() => streamed.head()?.status).toBe(200)
    expect(streamed.head()?.headers.get('content-type')).toBe('text/event-stream')
    expect(streamed.pieces).toEqual([])
    responses[0]?.write('one ')
    await expect.poll(streamed.text).toBe('one ')
    responses[0]?.write('two')
    await expect.poll(streamed.text).toBe('one two')
    responses[0]?.end()
    const outcome = await streamed.outcome
    expect(outcome).toMatchObject({ kind: 'answer', status: 200 })
    if (outcome.kind === 'answer') expect(outcome.body).toHaveLength(0)
  })

  it.each([
    ['with a length', 'content-length: 11\r\n\r\nhello world', 'keep'],
    ['in chunks', 'transfer-encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n', 'keep'],
    ['until the connection closes', '\r\nhello world', 'close'],
  ] as const)('comes out as it was sent, %s, and may be longer than an answer', async (_how, bytes, end) => {
    const baseUrl = await serveRaw(`HTTP/1.1 200 OK\r\n${bytes}`, end)
    const streamed = stream(open().call, baseUrl, { answerBytesMax: 5 })
    expect((await streamed.outcome).kind).toBe('answer')
    expect(streamed.text()).toBe('hello world')
  })

  it('keeps its bytes although the buffer that they were read into is used again', async () => {
    const baseUrl = await serve((_request, response) => {
      response.write('a'.repeat(1_000))
      setImmediate(() => response.end('b'.repeat(1_000)))
    })
    const streamed = stream(open().call, baseUrl)
    await streamed.outcome
    expect(streamed.text()).toBe('a'.repeat(1_000) + 'b'.repeat(1_000))
  })

  it('is collected where nobody takes it, as an error is', async () => {
    const baseUrl = await serve((_request, response) => response.writeHead(400).end('{"error":1}'))
    const outcome = await open().call(requestTo(baseUrl, { takerOf: () => undefined }))
    expect(outcome).toMatchObject({ kind: 'answer', status: 400 })
    if (outcome.kind === 'answer') expect(outcome.body.toString()).toBe('{"error":1}')
  })

  it('leaves a connection that can be used again', async () => {
    const ports = new Set<number | undefined>()
    const baseUrl = await serve((request, response) => {
      ports.add(request.socket.remotePort)
      response.end('{}')
    })
    const { call } = open(1)
    // Paused by its last piece: the next call on the connection must get its answer all the same.
    await stream(call, baseUrl, {}, (_piece, flow) => flow.pause()).outcome
    const second = stream(call, baseUrl)
    expect((await second.outcome).kind).toBe('answer')
    expect(second.text()).toBe('{}')
    expect(ports.size).toBe(1)
  })
})

describe('an answer that nobody can take fast enough', () => {
  it('is held up at the provider, and lost by no byte', async () => {
    const total = 64 * 1_048_576
    const piece = Buffer.alloc(65_536, 'x')
    let sent = 0
    const baseUrl = await serve(async (_request, response) => {
      while (sent < total) {
        sent += piece.length
        if (!response.write(piece)) await new Promise((resolve) => response.once('drain', resolve))
      }
      response.end()
    })
    let taken = 0
    const streamed = stream(open().call, baseUrl, {}, (bytes, flow) => {
      taken += bytes.length
      if (taken === bytes.length) flow.pause()
    })
    await expect.poll(() => taken).toBeGreaterThan(0)
    // What the provider could send is what the sockets between hold; it stops there.
    let before = -1
    await expect
      .poll(() => {
        const stands = sent === before
        before = sent
        return stands
      })
      .toBe(true)
    expect(sent).toBeLessThan(total)
    streamed.flow().resume()
    expect((await streamed.outcome).kind).toBe('answer')
    expect(taken).toBe(total)
  })

  it('has all its time, but for what a call has as a whole', async () => {
    const baseUrl = await serve((_request, response) => void response.write('x'))
    const streamed = stream(open().call, baseUrl, { firstByteMsMax: 40, totalMsMax: 400 }, (_piece, flow) =>
      flow.pause(),
    )
    const outcome = brokenOf(await streamed.outcome)
    // It did not stand still through the fault of the provider, which is not to be blamed for it.
    expect(outcome).toMatchObject({ cause: 'aborted', message: 'the answer was not taken within 400 ms' })
  })
})

describe('an answer in pieces that breaks', () => {
  it('stands still for too long', async () => {
    const baseUrl = await serve((_request, response) => void response.write('xyz'))
    const outcome = brokenOf(await stream(open().call, baseUrl, { firstByteMsMax: 40 }).outcome)
    expect(outcome).toMatchObject({
      cause: 'idle_timeout',
      message: 'the answer stood still for 40 ms after 3 bytes',
    })
  })

  it('lasts too long, though pieces keep coming', async () => {
    const baseUrl = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 5)
      response.on('close', () => clearInterval(timer))
    })
    const outcome = brokenOf(
      await stream(open().call, baseUrl, { firstByteMsMax: 5_000, totalMsMax: 60 }).outcome,
    )
    expect(outcome.cause).toBe('total_timeout')
  })

  it.each(['reset', 'close'] as const)('is cut by the provider (%s)', async (end) => {
    const raw = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'
    const streamed = stream(open().call, await serveRaw(raw, end))
    expect(brokenOf(await streamed.outcome).message).toContain('broke off after 3 bytes')
    expect(streamed.text()).toBe('abc')
  })

  it('is stopped by its signal, and its connection is closed at once', async () => {
    let closed = false
    const baseUrl = await serve((_request, response) => {
      response.write('x')
      response.on('close', () => {
        closed = true
      })
    })
    const stop = new AbortController()
    const { call } = open(1)
    const streamed = stream(call, baseUrl, { signal: stop.signal }, () => stop.abort())
    expect(brokenOf(await streamed.outcome).cause).toBe('aborted')
    await expect.poll(() => closed).toBe(true)
  })

  it('is stopped in the middle of its last piece, and its connection is not used again', async () => {
    const sockets: Socket[] = []
    const server = createTcpServer((socket) => {
      sockets.push(socket)
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx'))
    })
    const baseUrl = `http://127.0.0.1:${await listen(server)}`
    const stop = new AbortController()
    const { call } = open(1)
    const stopped = stream(call, baseUrl, { signal: stop.signal }, () => stop.abort())
    expect(brokenOf(await stopped.outcome).cause).toBe('aborted')
    expect(await call(requestTo(baseUrl))).toMatchObject({ kind: 'answer', status: 200 })
    expect(sockets).toHaveLength(2)
  })
})
