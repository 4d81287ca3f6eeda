import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../clock/system.ts'
import { createHttpCall } from './http-call.ts'

/** A certificate for localhost and 127.0.0.1 that nobody trusts, made for this test alone. */
const fixture = (name: string): string => readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8')
const cert = fixture('cert.pem')

const connections: string[] = []
const server = createServer({ cert, key: fixture('key.pem') }, (request, response) => {
  request.resume().on('end', () => response.end(`over ${request.httpVersion}`))
})
let baseUrl: string

beforeAll(async () => {
  server.on('secureConnection', (socket) => connections.push(String(socket.servername)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  baseUrl = `https://localhost:${typeof address === 'object' ? address?.port : ''}/v1`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const request = () => ({
  baseUrl,
  path: '/chat/completions',
  headers: HEADERS,
  body: Buffer.from('{}'),
  firstByteMsMax: 10_000,
  totalMsMax: 10_000,
  answerBytesMax: 1_000,
})
const HEADERS = { authorization: 'Bearer sk-test' }

it('reuses an encrypted connection, made for the name of the host', async () => {
  const http = createHttpCall({ clock: systemClock, connectionsMax: 4, trust: { ca: cert } })
  for (let calls = 0; calls < 3; calls += 1) {
    const outcome = await http.call(request())
    if (outcome.kind !== 'answer') throw new Error(outcome.message)
    expect(outcome.body.toString()).toBe('over 1.1')
  }
  expect(connections).toEqual(['localhost'])
  http.close()
})

it('sends nothing to a server whose certificate it does not trust', async () => {
  const http = createHttpCall({ clock: systemClock, connectionsMax: 4 })
  const outcome = await http.call(request())
  expect(outcome).toMatchObject({ kind: 'broken', cause: 'connect' })
  expect(outcome.kind === 'broken' && outcome.message).toMatch(/self-signed certificate/)
  http.close()
})
