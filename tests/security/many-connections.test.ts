import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { bodyOf, openRaw, type RawConnection, statusOf } from '../support/raw-http.ts'
import { until } from '../support/wait.ts'

/** More connections than are allowed. */

const MAX = 8
/** With those that are kept for probes. */
const ALL = MAX + 64

let provider: FakeProvider
let server: TestGateway
let connections: RawConnection[] = []

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({ ...config, connections: { ...config.connections, max: MAX } }),
  })
})

afterEach(async () => {
  for (const connection of connections) connection.close()
  connections = []
  await until('all to be gone', () => server.gateway.connections() === 0)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const open = async (count: number): Promise<RawConnection[]> => {
  const opened = await Promise.all(Array.from({ length: count }, () => openRaw(server.url)))
  connections.push(...opened)
  return opened
}

/** They have begun to ask, so that they are not open for nothing. */
const openBusy = async (): Promise<RawConnection[]> => {
  const busy = await open(MAX)
  await Promise.all(busy.map((connection) => connection.send('GET ')))
  await until('them to be open', () => server.gateway.connections() === MAX)
  return busy
}

const ask = async (connection: RawConnection | undefined, path: string): Promise<string> => {
  if (!connection) throw new Error('there is no connection')
  await connection.send(`GET ${path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${server.key}\r\n\r\n`)
  return connection.until((text) => text.includes('\r\n\r\n{') && text.endsWith('}'))
}

describe('one connection too many', () => {
  it('is told to come again later, and those before it are served', async () => {
    const busy = await openBusy()
    const [late] = await open(1)
    const refused = await ask(late, '/v1/models')
    expect(statusOf(refused)).toBe(503)
    expect(JSON.parse(bodyOf(refused))).toMatchObject({ error: 'too_many_connections' })
    expect(refused).toMatch(/^retry-after: \d+\r$/m)
    await late?.ended()
    const [first] = busy
    await first?.send(`/v1/models HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${server.key}\r\n\r\n`)
    await first?.until((text) => text.includes('"object":"list"'))
  })

  it.each(['/livez', '/readyz', '/metrics'])('is served where it is a probe: %s', async (path) => {
    await openBusy()
    const [probe] = await open(1)
    await probe?.send(`GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`)
    const received = await probe?.ended()
    expect(received).toMatch(/^HTTP\/1\.1 /)
    expect(received).not.toContain('too_many_connections')
  })

  it('is served where others are open for nothing: they make room', async () => {
    const idle = await open(MAX)
    for (const connection of idle) await ask(connection, '/v1/models')
    const [late] = await open(1)
    expect(statusOf(await ask(late, '/v1/models'))).toBe(200)
    await Promise.all(idle.map((connection) => connection.ended()))
  })

  it('does not stay', async () => {
    await openBusy()
    const [late] = await open(1)
    await late?.ended()
  })
})

it('a flood of connections is let in up to a number, and the server goes on after it', async () => {
  await open(4 * ALL)
  await until('the flood to be cut', () => server.gateway.connections() <= ALL)
  for (const connection of connections) connection.close()
  await until('the flood to be over', () => server.gateway.connections() === 0)
  const [calm] = await open(1)
  expect(statusOf(await ask(calm, '/v1/models'))).toBe(200)
})
