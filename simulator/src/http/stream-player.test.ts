import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { SimulatorServer, SimulatorServerOptions } from './server.ts'
import { startSimulator } from './server.ts'

const running: SimulatorServer[] = []
const sockets: Socket[] = []

const start = async (options: SimulatorServerOptions = {}): Promise<SimulatorServer> => {
  const server = await startSimulator(options)
  running.push(server)
  return server
}

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(running.splice(0).map((server) => server.close()))
})

const ask = (content: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content }], stream: true, ...more })

const wire = (body: string, extra = '') =>
  `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n${extra}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const send = (port: number, bytes: string): Socket => {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.write(bytes)
  return socket
}

/** All that comes until the server closes. */
const received = async (socket: Socket): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of socket) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('a stream on the wire', () => {
  it('comes in chunks, and the connection goes on after it', async () => {
    const { port, simulator } = await start({ defaults: { tokenMs: 0.2, answerTokens: 20 } })
    const text = await received(
      send(port, wire(ask('one')) + wire(ask('two', { stream: false }), 'Connection: close\r\n')),
    )
    const [head = ''] = text.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(head).toMatch(/\r\ncontent-type: text\/event-stream; charset=utf-8\r\n/)
    expect(head).toMatch(/\r\ntransfer-encoding: chunked$/)
    expect(head).not.toContain('content-length')
    const end = text.indexOf('data: [DONE]\n\n\r\n0\r\n\r\n')
    expect(end).toBeGreaterThan(0)
    expect(text.indexOf(simulator.expectedAnswer(ask('two')))).toBeGreaterThan(end)
    expect(simulator.stats().outcomes).toEqual({ answered: 2 })
  })

  it('has a chunk of its own for each piece', async () => {
    const { port } = await start({ faults: [{ kind: 'stream_split', bytes: 5 }] })
    const text = await received(send(port, wire(ask('hi'), 'Connection: close\r\n')))
    const sizes = Array.from(text.matchAll(/\r\n([0-9a-f]+)\r\n/g), ([, size = '']) =>
      Number.parseInt(size, 16),
    )
    expect(sizes.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 5))
    expect(sizes.at(-1)).toBe(0)
  })

  it('ends as one that is whole where only its events are not', async () => {
    const { port } = await start({ faults: [{ kind: 'stream_unfinished', afterEvents: 0 }] })
    const text = await received(send(port, wire(ask('hi'), 'Connection: close\r\n')))
    expect(text).toMatch(/\r\n\r\n0\r\n\r\n$/)
    expect(text).not.toContain('data:')
  })

  it('waits for a client that does not read, and notices that it leaves', async () => {
    const { port, simulator } = await start({ defaults: { answerTokens: 80_000, answerTokensSpread: 0 } })
    const socket = send(port, wire(ask('hi')))
    socket.pause()
    while (simulator.stats().received === 0) await nextTurn()
    expect(simulator.stats().running).toBe(1)
    socket.destroy()
    while (simulator.stats().running > 0) await nextTurn()
    expect([...simulator.tape()]).toMatchObject([{ outcome: 'client_gone', status: 200 }])
  })

  it('comes whole to a client that begins to read late', async () => {
    const { port, simulator } = await start({ defaults: { answerTokens: 80_000, answerTokensSpread: 0 } })
    const socket = send(port, wire(ask('hi'), 'Connection: close\r\n'))
    socket.pause()
    while (simulator.stats().received === 0) await nextTurn()
    const text = await received(socket)
    expect(text.endsWith('data: [DONE]\n\n\r\n0\r\n\r\n')).toBe(true)
    expect(text.split('chat.completion.chunk').length - 1).toBe(80_002)
    expect(simulator.stats().outcomes).toEqual({ answered: 1 })
  })

  it('counts a client that leaves before the reset that it was to see', async () => {
    const { port, simulator } = await start({
      defaults: { tokenMs: 3_600_000 },
      faults: [{ kind: 'stream_reset' }],
    })
    const socket = send(port, wire(ask('hi')))
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    while (simulator.stats().running > 0) await nextTurn()
    expect([...simulator.tape()]).toMatchObject([{ outcome: 'client_gone', status: 200 }])
  })
})
