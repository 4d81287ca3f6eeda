import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { create } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { bodyOf, openRaw, type RawConnection } from '../support/raw-http.ts'

let provider: FakeProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

let bodies = 0
/** One that was never sent before. */
const newBody = (): string => {
  bodies += 1
  return JSON.stringify({ model: 'batch-4.1', tasks: [{ prompt: `body ${bodies}` }] })
}

const idOf = ({ json }: Answer): string => (json as { batch_id: string }).batch_id
const AGAIN = { 'x-stainless-retry-count': '1' }

/** Sends a create up to the last byte of its body. */
const beginCreate = async (
  body: string,
  headers: Record<string, string>,
  key = server.key,
): Promise<RawConnection> => {
  const connection = await openRaw(server.url)
  const lines = [
    'POST /v1/batches HTTP/1.1',
    'Host: test',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  await connection.send(`${lines.join('\r\n')}\r\n\r\n${body.slice(0, -1)}`)
  return connection
}

const answered = async (connection: RawConnection): Promise<Record<string, unknown>> =>
  JSON.parse(bodyOf(await connection.until((text) => /\r\n\r\n\{.*\}$/s.test(text))))

/** A look at the server and back: what was sent before it has been begun. */
const roundTrip = () => call(`${server.url}/v1/models`, { key: server.key })

describe('an Idempotency-Key', () => {
  it('makes one batch of the same body, however often it is sent', async () => {
    const body = newBody()
    const before = await server.count('batch')
    const headers = { 'idempotency-key': 'k-same' }
    const first = await create(server, body, headers)
    const second = await create(server, body, headers)
    expect([first.status, second.status]).toEqual([200, 200])
    expect(idOf(second)).toBe(idOf(first))
    expect((await server.count('batch')) - before).toBe(1)
  })

  it('refuses another body with 422 that names the batch', async () => {
    const headers = { 'idempotency-key': 'k-other' }
    const first = await create(server, newBody(), headers)
    const second = await create(server, newBody(), headers)
    expect(second.status).toBe(422)
    expect(second.json).toMatchObject({ error: 'idempotency_key_reused', batch_id: idOf(first) })
    // A body that would be refused anyway is another body too.
    const bad = await create(server, '{"model":"batch-4.1"}', headers)
    expect(bad.status).toBe(422)
  })

  it('of a create that was refused is free for the mended body', async () => {
    const headers = { 'idempotency-key': 'k-mended' }
    expect((await create(server, '{"model":"batch-4.1"}', headers)).status).toBe(400)
    expect((await create(server, newBody(), headers)).status).toBe(200)
  })

  it('makes one batch of many creates at the same moment', async () => {
    const body = newBody()
    const before = await server.count('batch')
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => create(server, body, { 'idempotency-key': 'k-many' })),
    )
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    expect(new Set(answers.map(idOf)).size).toBe(1)
    expect((await server.count('batch')) - before).toBe(1)
    expect(server.blobs().filter((name) => name.startsWith('tmp/'))).toEqual([])
  })

  it('makes the second create wait while the first is still being taken in', async () => {
    const body = newBody()
    const headers = { 'idempotency-key': 'k-slow' }
    const first = await beginCreate(body, headers)
    await roundTrip()
    let early = true
    const waiting = create(server, body, headers).then((answer) => {
      expect(early).toBe(false)
      return answer
    })
    await roundTrip()
    await roundTrip()
    early = false
    await first.send(body.slice(-1))
    expect(idOf(await waiting)).toBe((await answered(first)).batch_id)
    first.close()
  })

  it('lets the second create make the batch where the first breaks off', async () => {
    const body = newBody()
    const before = await server.count('batch')
    const headers = { 'idempotency-key': 'k-broken' }
    const first = await beginCreate(body, headers)
    await roundTrip()
    const waiting = create(server, body, headers)
    await roundTrip()
    first.socket.resetAndDestroy()
    expect((await waiting).status).toBe(200)
    expect((await server.count('batch')) - before).toBe(1)
  })

  it('of a deleted batch is free again', async () => {
    const body = newBody()
    const headers = { 'idempotency-key': 'k-deleted' }
    const first = idOf(await create(server, body, headers))
    await call(`${server.url}/v1/batches/${first}`, { method: 'DELETE', key: server.key })
    const second = await create(server, body, headers)
    expect(second.status).toBe(200)
    expect(idOf(second)).not.toBe(first)
  })

  it('of another account is another key; two keys of one account share it', async () => {
    const headers = { 'idempotency-key': 'k-account' }
    const first = idOf(await create(server, newBody(), headers))
    const { secret: stranger } = await server.newKey({ account: 'acct_other' })
    const theirs = await create({ url: server.url, key: stranger }, newBody(), headers)
    expect(theirs.status).toBe(200)
    expect(idOf(theirs)).not.toBe(first)
    const { secret: colleague } = await server.newKey()
    const ours = await create({ url: server.url, key: colleague }, newBody(), headers)
    expect(ours.status).toBe(422)
  })

  it.each(['', 'with space', 'x'.repeat(256), '\u00fc'])('must be visible ASCII: "%s"', async (value) => {
    const answer = await create(server, newBody(), { 'idempotency-key': value })
    expect(answer.status).toBe(400)
    expect(answer.json).toMatchObject({ error: 'invalid_header', field: 'Idempotency-Key' })
  })
})

describe('a create that says that it is sent again', () => {
  it('answers with the batch of the same body', async () => {
    const body = newBody()
    const first = idOf(await create(server, body))
    const again = await create(server, body, AGAIN)
    expect([again.status, idOf(again)]).toEqual([200, first])
    expect(idOf(await create(server, body, { 'x-stainless-retry-count': '2' }))).toBe(first)
  })

  it('waits for the first where that is still on its way in', async () => {
    const body = newBody()
    const before = await server.count('batch')
    const first = await beginCreate(body, { 'x-stainless-retry-count': '0' })
    await roundTrip()
    const waiting = create(server, body, AGAIN)
    await roundTrip()
    await first.send(body.slice(-1))
    expect(idOf(await waiting)).toBe((await answered(first)).batch_id)
    expect((await server.count('batch')) - before).toBe(1)
    first.close()
  })

  it('finds the first whose reply was lost', async () => {
    const body = newBody()
    const before = await server.count('batch')
    const first = await beginCreate(body, {})
    await roundTrip()
    await first.send(body.slice(-1))
    first.close()
    const again = await create(server, body, AGAIN)
    expect(again.status).toBe(200)
    // Whether the first arrived whole or not, there is one batch.
    expect((await server.count('batch')) - before).toBe(1)
  })

  it('makes a batch where there was none', async () => {
    const answer = await create(server, newBody(), AGAIN)
    expect(answer.status).toBe(200)
  })

  it('does not find what another key made, nor another body', async () => {
    const body = newBody()
    const first = idOf(await create(server, body))
    const { secret } = await server.newKey()
    expect(idOf(await create({ url: server.url, key: secret }, body, AGAIN))).not.toBe(first)
    expect(idOf(await create(server, newBody(), AGAIN))).not.toBe(first)
  })

  it('does not find a deleted batch', async () => {
    const body = newBody()
    const first = idOf(await create(server, body))
    await call(`${server.url}/v1/batches/${first}`, { method: 'DELETE', key: server.key })
    expect(idOf(await create(server, body, AGAIN))).not.toBe(first)
  })
})

it.each([{}, { 'x-stainless-retry-count': '0' }])(
  'two equal creates make two batches where neither says more: %o',
  async (headers) => {
    const body = newBody()
    const [first, second] = [await create(server, body, headers), await create(server, body, headers)]
    expect(idOf(first)).not.toBe(idOf(second))
  },
)
