import { configOf } from '@sheepfold/gateway'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { created, type NativeBatch } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { bodyOf, openRaw, type RawConnection } from '../support/raw-http.ts'

let provider: FakeProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({ ...config, longPollMs: 600_000 }),
  })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

afterEach(() => provider.open())

const running = async (on = server): Promise<string> => {
  provider.hold()
  const { batch_id } = await created(on, { model: 'batch-4.1', tasks: [{ prompt: 'p' }] })
  await provider.waiting(1)
  return batch_id
}

const watch = async (path: string, headers: readonly string[] = [], on = server): Promise<RawConnection> => {
  const connection = await openRaw(on.url)
  const lines = [`GET /v1/batches/${path} HTTP/1.1`, 'Host: test', `Authorization: Bearer ${on.key}`]
  await connection.send([...lines, ...headers, '\r\n'].join('\r\n'))
  return connection
}

const isWhole = (received: string): boolean => received.includes('"batch_id"')

/** A body in chunks, put together. */
const unchunked = (received: string): string => {
  const chunks = bodyOf(received).split('\r\n')
  return chunks.filter((_chunk, place) => place % 2 === 1).join('')
}

describe('a GET of a batch that runs', () => {
  it('waits 20 s where nobody says anything else', () => {
    expect(configOf([]).longPollMs).toBe(20_000)
  })

  it.each(['', '/results'])('waits for its end and answers at once then: %s', async (what) => {
    const id = await running()
    const connection = await watch(`${id}${what}`)
    // Another call that was sent later is answered before: this one waits.
    const now = await call(`${server.url}/v1/batches/${id}`, {
      key: server.key,
      headers: { prefer: 'wait=0' },
    })
    expect(now.json).toMatchObject({ status: 'in_progress' })
    expect(connection.received()).toBe('')
    provider.release()
    const received = await connection.until(isWhole)
    expect(received).toContain('"status":"completed"')
    connection.close()
  })

  it('sends its headers and spaces meanwhile, and a body that is JSON with them', async () => {
    const id = await running()
    const connection = await watch(id, ['Prefer: wait=300'])
    const results = await watch(`${id}/results`)
    const first = await connection.until((text) => /\r\n\r\n1\r\n \r\n/.test(text))
    expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(first).toMatch(/content-type: application\/json; charset=utf-8/i)
    expect(first).toMatch(/preference-applied: wait=300/i)
    expect(first).toMatch(/x-request-id: req_/i)
    await results.until((text) => /\r\n\r\n1\r\n \r\n/.test(text))
    provider.release()
    const second = await connection.until((text) => text.endsWith('0\r\n\r\n'))
    const body = unchunked(second)
    expect(body).toMatch(/^ +\{/)
    expect(JSON.parse(body)).toMatchObject({ batch_id: id, status: 'completed' })
    const streamed = unchunked(await results.until((text) => text.endsWith('0\r\n\r\n')))
    expect(JSON.parse(streamed)).toMatchObject({ status: 'completed', results: [{ status: 'succeeded' }] })
    connection.close()
    results.close()
  })

  it.each(['wait=0', 'respond-async, wait=0', 'wait="0"'])(
    'answers at once with Prefer: %s',
    async (prefer) => {
      const id = await running()
      for (const path of [id, `${id}/results`]) {
        const answer = await call(`${server.url}/v1/batches/${path}`, {
          key: server.key,
          headers: { prefer },
        })
        expect(answer.json).toMatchObject({ status: 'in_progress' })
        expect(answer.headers.get('preference-applied')).toBe('wait=0')
      }
    },
  )

  it('waits as long as Prefer says, and answers in_progress then', async () => {
    const id = await running()
    const answer = await call(`${server.url}/v1/batches/${id}`, {
      key: server.key,
      headers: { prefer: 'wait=1' },
    })
    expect(answer.json).toMatchObject({ status: 'in_progress' })
    expect(answer.headers.get('preference-applied')).toBe('wait=1')
  })

  it('tells all who wait for the same batch, and forgets those who left', async () => {
    const id = await running()
    const all = await Promise.all(Array.from({ length: 50 }, () => watch(id)))
    const [gone, ...staying] = all
    gone?.close()
    provider.release()
    for (const connection of staying) {
      expect(await connection.until(isWhole)).toContain('"status":"completed"')
      connection.close()
    }
  })

  it('ends when the batch is deleted meanwhile', async () => {
    const id = await running()
    const waiting = call(`${server.url}/v1/batches/${id}`, { key: server.key })
    await call(`${server.url}/v1/batches/${id}`, { key: server.key, headers: { prefer: 'wait=0' } })
    await call(`${server.url}/v1/batches/${id}`, { method: 'DELETE', key: server.key })
    expect(await waiting).toMatchObject({ status: 404, json: { error: 'not_found' } })
  })

  it('of a batch that has ended does not wait', async () => {
    const id = await running()
    provider.open()
    const ended = await call(`${server.url}/v1/batches/${id}`, { key: server.key })
    expect(ended.json).toMatchObject({ status: 'completed' })
    const again = await call(`${server.url}/v1/batches/${id}`, { key: server.key })
    expect((again.json as NativeBatch).status).toBe('completed')
  })
})

describe('a server that shuts down', () => {
  it('answers those who wait, and what it accepted goes on after the next start', async () => {
    const other = await openGateway({ provider: provider.url })
    const id = await running(other)
    const waiting = await watch(id, ['Prefer: wait=300'], other)
    // Both are there before the server is told: a connection is taken in the order of its coming.
    await call(`${other.url}/v1/batches/${id}`, { key: other.key, headers: { prefer: 'wait=0' } })
    const stopped = other.stop()
    const received = await waiting.until(isWhole)
    expect(received).toMatch(/^HTTP\/1\.1 200/)
    expect(received).toContain('"status":"in_progress"')
    await stopped
    waiting.close()
  })
})
