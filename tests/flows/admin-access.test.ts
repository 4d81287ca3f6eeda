import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { openaiOf, refusalOf } from '../support/openai.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

const GIVEN = 'operator-of-the-test-0123456789'

let provider: FakeProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url, env: { SHEEPFOLD_OPERATOR_KEY: GIVEN } })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

describe("an operator's key", () => {
  it.each([
    ['GET', '/v1/models'],
    ['GET', '/v1/models/batch-4.1'],
    ['POST', '/v1/batches'],
    ['GET', '/v1/batches/batch_x'],
    ['GET', '/v1/batches/batch_x/results'],
    ['POST', '/v1/batches/batch_x/cancel'],
    ['POST', '/v1/batches/batch_x/retry'],
    ['DELETE', '/v1/batches/batch_x'],
  ])('is refused where clients call: %s %s', async (method, path) => {
    const { secret } = await server.newOperatorKey()
    const answer = await call(`${server.url}${path}`, { method, key: secret })
    expect(answer.status).toBe(403)
    expect(answer.json).toEqual({ error: 'operator_key', message: expect.stringContaining('/v1/admin') })
  })

  it("is refused to OpenAI's clients in their words", async () => {
    const { secret } = await server.newOperatorKey()
    const error = await refusalOf(openaiOf(server, secret).files.list())
    expect([error.status, error.code, error.type]).toEqual([403, 'operator_key', 'invalid_request_error'])
  })

  it('says by its prefix what it is', async () => {
    const { secret } = await server.newOperatorKey()
    expect(secret).toMatch(/^sk-holysheep-op-[0-9A-Za-z]{40}$/)
  })

  it('is made at the start from the environment', async () => {
    const answer = await call(`${server.url}/v1/models`, { key: GIVEN })
    expect([answer.status, answer.json]).toEqual([403, expect.objectContaining({ error: 'operator_key' })])
  })
})

const ADMIN_CALLS = [
  ['GET', 'accounts'],
  ['POST', 'accounts'],
  ['GET', 'accounts/acct_default'],
  ['PATCH', 'accounts/acct_default'],
  ['GET', 'keys'],
  ['POST', 'keys'],
  ['GET', 'keys/key_x'],
  ['PATCH', 'keys/key_x'],
  ['POST', 'keys/key_x/revoke'],
  ['GET', 'deployments'],
  ['GET', 'deployments/x/y'],
  ['GET', 'batches'],
  ['GET', 'batches/batch_x'],
  ['POST', 'batches/batch_x/cancel'],
  ['GET', 'waste'],
  ['GET', 'usage'],
  ['GET', 'audit'],
] as const

describe('the endpoints of operators', () => {
  const UNAUTHORIZED = '{"error":"unauthorized","message":"Invalid or expired API key"}'

  it.each(ADMIN_CALLS)('refuse the key of an account: %s /v1/admin/%s', async (method, path) => {
    const answer = await call(`${server.url}/v1/admin/${path}`, { method, key: server.key })
    expect([answer.status, answer.json]).toEqual([403, expect.objectContaining({ error: 'operator_only' })])
  })

  it.each(ADMIN_CALLS)('refuse to the letter who has no key: %s /v1/admin/%s', async (method, path) => {
    const url = `${server.url}/v1/admin/${path}`
    for (const order of [{ method }, { method, key: 'sk-holysheep-op-wrong' }]) {
      const answer = await call(url, order)
      expect([answer.status, answer.text]).toEqual([401, UNAUTHORIZED])
    }
  })

  it('take the key that the environment named', async () => {
    expect((await call(`${server.url}/v1/admin/accounts`, { key: GIVEN })).status).toBe(200)
  })

  it('refuse a revoked key, also one that was used a moment before', async () => {
    const { id, secret } = await server.newOperatorKey()
    const look = () => call(`${server.url}/v1/admin/accounts`, { key: secret })
    expect((await look()).status).toBe(200)
    await call(`${server.url}/v1/admin/keys/${id}/revoke`, { method: 'POST', key: secret })
    let answer = await look()
    while (answer.status === 200) answer = await look()
    expect([answer.status, answer.text]).toEqual([401, UNAUTHORIZED])
  })
})
