import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import { systemClock } from '../../clock/system.ts'
import type { CallOutcome, CallRequest } from '../call.ts'
import { createHttpCall } from './http-call.ts'

/** Servers and clients of one test, closed after it. */
export const closers: Array<() => Promise<void>> = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

export const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

export const serve = async (handler: Handler): Promise<string> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()))
  })
  return `http://127.0.0.1:${await listen(server)}/v1`
}

/** Answers every request with these bytes as they are; `end` says what happens to the connection. */
export const serveRaw = async (bytes: string, end: 'reset' | 'close' | 'keep'): Promise<string> => {
  const server = createTcpServer((socket) => {
    socket.once('data', () => {
      socket.write(bytes, () => {
        if (end === 'reset') socket.resetAndDestroy()
        if (end === 'close') socket.end()
      })
    })
  })
  return `http://127.0.0.1:${await listen(server)}/v1`
}

export const open = (connectionsMax = 4) => {
  const http = createHttpCall({ clock: systemClock, connectionsMax })
  closers.push(async () => http.close())
  return http
}

export const requestTo = (baseUrl: string, more: Partial<CallRequest> = {}): CallRequest => ({
  baseUrl,
  path: '/chat/completions',
  headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
  body: Buffer.from('{"model":"m"}'),
  firstByteMsMax: 10_000,
  totalMsMax: 20_000,
  answerBytesMax: 1_000_000,
  ...more,
})

export const brokenOf = (outcome: CallOutcome): { cause: string; message: string } => {
  if (outcome.kind !== 'broken') throw new Error(`an answer came: ${outcome.status}`)
  return outcome
}
