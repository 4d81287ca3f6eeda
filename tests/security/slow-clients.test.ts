import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { created, resultsEnded } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { openRaw, type RawConnection, statusOf } from '../support/raw-http.ts'
import { until } from '../support/wait.ts'
import { uploadBytes } from './support/upload.ts'

/**
 * Clients that take their time on purpose: each is ended by a limit, leaves nothing behind, and the others
 * are served meanwhile. The limits are short here; none of them is measured.
 */

const MIB = 1_048_576
const SHORT = { headersMs: 1_000, requestMs: 2_000, stalledMs: 500, keepAliveMs: 1_000 }
/** More than the system keeps of a connection on both of its sides. */
const LARGE = 48 * MIB

let provider: FakeProvider
let server: TestGateway
let file: string
let batch: string

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      connections: { ...config.connections, headersMs: SHORT.headersMs, keepAliveMs: SHORT.keepAliveMs },
    }),
  })
  file = await uploadBytes(server, Buffer.alloc(LARGE, 'x'))
  const prompt = 'x'.repeat(4 * MIB)
  const tasks = Array.from({ length: 6 }, () => ({ prompt }))
  batch = (await created(server, { model: 'batch-4.1', tasks })).batch_id
  await resultsEnded(server, batch)
  limit(SHORT)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const limit = (connections: Partial<typeof SHORT>): void => {
  const { config } = server
  server.gateway.reconfigure({ ...config, connections: { ...config.connections, ...connections } })
}

const expectServed = async (): Promise<void> => {
  const { status } = await call(`${server.url}/v1/models`, {
    key: server.key,
    headers: { connection: 'close' },
  })
  expect(status).toBe(200)
}

const head = (line: string, ...headers: string[]): string =>
  [line, 'Host: test', `Authorization: Bearer ${server.key}`, ...headers, '\r\n'].join('\r\n')

/** Sends one byte after another until the server has had enough. */
const drip = async (connection: RawConnection, byte: string): Promise<string> => {
  const ended = connection.ended()
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  while (!isOver) {
    await connection.send(byte)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return ended
}

describe('headers', () => {
  it('that never come end the connection', async () => {
    const connection = await openRaw(server.url)
    await expectServed()
    await connection.ended()
  })

  it('that stop end it', async () => {
    const connection = await openRaw(server.url)
    await connection.send('GET /v1/models HTTP/1.1\r\nHost: te')
    await expectServed()
    await connection.ended()
  })

  it('that drip without end are 408', async () => {
    const connection = await openRaw(server.url)
    await connection.send('GET /v1/models HTTP/1.1\r\nHost: test\r\nX: ')
    const received = drip(connection, 'x')
    await expectServed()
    expect(statusOf(await received)).toBe(408)
  })
})

const MULTIPART = 'Content-Type: multipart/form-data; boundary=XX'
const partHead = (name: string): string =>
  `--XX\r\nContent-Disposition: form-data; name="${name}"; filename="a.jsonl"\r\n\r\n`

describe.each<[string, () => Promise<{ line: string; type: string; start: string }>]>([
  [
    'of a create',
    async () => ({
      line: 'POST /v1/batches HTTP/1.1',
      type: 'Content-Type: application/json',
      start: '{"model":"batch-4.1","tasks":[',
    }),
  ],
  ['of a file', async () => ({ line: 'POST /v1/files HTTP/1.1', type: MULTIPART, start: partHead('file') })],
  [
    'of a part',
    async () => {
      const upload = await call(`${server.url}/v1/uploads`, {
        key: server.key,
        body: { purpose: 'batch', filename: 'a.jsonl', bytes: 100, mime_type: 'text/jsonl' },
      })
      const { id } = upload.json as { id: string }
      return { line: `POST /v1/uploads/${id}/parts HTTP/1.1`, type: MULTIPART, start: partHead('data') }
    },
  ],
])('a body %s', (_name, bodyOf) => {
  const open = async (...more: string[]): Promise<RawConnection> => {
    const { line, type, start } = await bodyOf()
    const connection = await openRaw(server.url)
    await connection.send(head(line, type, ...more))
    if (more.some((header) => header.startsWith('Content-Length'))) await connection.send(start)
    else await connection.send(`${start.length.toString(16)}\r\n${start}\r\n`)
    return connection
  }

  const expectNothingLeft = async (stored: readonly string[]): Promise<void> => {
    await until('what was begun to be gone', () => server.blobs().join() === stored.join())
    expect(await server.count('batch')).toBe(1)
  }

  it.each(['Content-Length: 100000', 'Transfer-Encoding: chunked'])(
    'that stops is 408, and nothing of it stays: %s',
    async (framing) => {
      const stored = server.blobs()
      const connection = await open(framing)
      await expectServed()
      expect(statusOf(await connection.ended())).toBe(408)
      await expectNothingLeft(stored)
    },
  )

  it('that drips is 408 when its time is over, and nothing of it stays', async () => {
    const stored = server.blobs()
    const connection = await open('Content-Length: 100000')
    const received = drip(connection, ' ')
    await expectServed()
    expect(statusOf(await received)).toBe(408)
    await expectNothingLeft(stored)
  })
})

it('a body that is refused, and that never ends, ends with its connection', async () => {
  const connection = await openRaw(server.url)
  await connection.send(
    'POST /v1/batches HTTP/1.1\r\nHost: test\r\nContent-Length: 1000\r\nAuthorization: Bearer wrong\r\n\r\n',
  )
  const received = await connection.ended()
  expect(statusOf(received)).toBe(401)
  expect(received.match(/HTTP\/1\.1 /g)).toHaveLength(1)
})

const whole = { file: () => `/v1/files/${file}/content`, results: () => `/v1/batches/${batch}/results` }

describe.each(['file', 'results'] as const)('a reader of %s', (what) => {
  const ask = async (): Promise<RawConnection> => {
    const connection = await openRaw(server.url)
    await connection.send(head(`GET ${whole[what]()} HTTP/1.1`, 'Connection: close'))
    return connection
  }

  const nobodyConnected = () => until('all connections to end', () => server.gateway.connections() === 0)

  const expectCut = async (): Promise<void> => {
    await nobodyConnected()
    const connection = await ask()
    await connection.until((text) => text.startsWith('HTTP/1.1 200'))
    connection.socket.pause()
    await expectServed()
    await nobodyConnected()
    connection.socket.resume()
    const received = await connection.ended()
    expect(received.length).toBeLessThan(LARGE)
  }

  it('that stops reading is cut', expectCut)

  it('that takes a byte now and then is cut', async () => {
    limit({ ...SHORT, stalledMs: 600_000 })
    await expectCut()
    limit(SHORT)
  })

  it('that is slow and steady gets all', async () => {
    const connection = await ask()
    connection.socket.on('data', () => {
      connection.socket.pause()
      setTimeout(() => connection.socket.resume(), 1)
    })
    const received = await connection.ended()
    expect(received.length).toBeGreaterThan(LARGE)
    expect(received).toMatch(/(x|\}\r\n0\r\n\r\n)$/)
  })
})

describe('a connection', () => {
  it('that is kept open for nothing is closed', async () => {
    const connection = await openRaw(server.url)
    await connection.send(head('GET /v1/models HTTP/1.1'))
    await connection.until((text) => text.includes('"object":"list"'))
    await connection.ended()
  })

  it('whose client waits for us is not, however long it takes', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })
    await provider.waiting(1)
    const connection = await openRaw(server.url)
    await connection.send(head(`GET /v1/batches/${batch_id} HTTP/1.1`, 'Prefer: wait=2'))
    const received = await connection.until((text) => text.includes('"batch_id"'))
    expect(statusOf(received)).toBe(200)
    connection.close()
    provider.open()
    await resultsEnded(server, batch_id)
  })
})
