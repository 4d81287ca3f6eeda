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
