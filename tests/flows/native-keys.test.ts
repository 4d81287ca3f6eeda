import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

const UNAUTHORIZED = '{"error":"unauthorized","message":"Invalid or expired API key"}'

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

const models = (headers: Record<string, string>) => call(`${server.url}/v1/models`, { headers })

describe('a key', () => {
  it('has the prefix that clients check before they call', async () => {
    const { secret } = await server.newKey()
    expect(secret.startsWith('sk-holysheep-')).toBe(true)
    expect((await models({ authorization: `Bearer ${secret}` })).status).toBe(200)
  })

  it.each([
    ['no header', {}],
    ['an empty one', { authorization: '' }],
    ['no bearer', { authorization: 'sk-holysheep-test-0123456789abcdef' }],
    ['another scheme', { authorization: 'Basic c2s6' }],
    ['a wrong key', { authorization: 'Bearer sk-holysheep-wrong' }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['bytes beyond ASCII', { authorization: 'Bearer sk-holysheep-\u00fc' }],
    ['a key with a tail', { authorization: 'Bearer sk-holysheep-test-0123456789abcdef x' }],
    ['a very long key', { authorization: `Bearer ${'k'.repeat(8_000)}` }],
  ])('is refused to the letter: %s', async (_name, headers) => {
    const answer = await models(headers)
    expect(answer.status).toBe(401)
    expect(answer.text).toBe(UNAUTHORIZED)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('is refused to the letter once it has expired', async () => {
    const { secret } = await server.newKey({ expiresAt: Date.now() - 1 })
    const answer = await models({ authorization: `Bearer ${secret}` })
    expect([answer.status, answer.text]).toEqual([401, UNAUTHORIZED])
  })

  it('is refused to the letter once it is revoked, also where it was used a moment before', async () => {
    const { id, secret } = await server.newKey()
    const authorization = `Bearer ${secret}`
    expect((await models({ authorization })).status).toBe(200)
    await server.gateway.store.keys.revokeKey(id)
    let answer = await models({ authorization })
    while (answer.status === 200) answer = await models({ authorization })
    expect([answer.status, answer.text]).toEqual([401, UNAUTHORIZED])
  })

  it.each([
    ['POST', '/v1/batches'],
    ['GET', '/v1/batches/batch_x'],
    ['GET', '/v1/batches/batch_x/results'],
    ['POST', '/v1/batches/batch_x/cancel'],
    ['DELETE', '/v1/batches/batch_x'],
  ])('is asked for by %s %s', async (method, path) => {
    const body = method === 'POST' ? {} : undefined
    const answer = await call(`${server.url}${path}`, { method, body })
    expect([answer.status, answer.text]).toEqual([401, UNAUTHORIZED])
  })

  it('is asked for before the body is looked at', async () => {
    const answer = await call(`${server.url}/v1/batches`, {
      body: 'x',
      headers: { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
    })
    expect([answer.status, answer.text]).toEqual([401, UNAUTHORIZED])
  })

  it('that is limited to models sees and uses no others', async () => {
    const { secret } = await server.newKey({ models: ['batch-4.1'] })
    const list = await call(`${server.url}/v1/models`, { key: secret })
    expect(list.json).toMatchObject({ data: [{ id: 'batch-4.1' }] })
    const refused = await call(`${server.url}/v1/batches`, {
      key: secret,
      body: { model: 'batch-pro', tasks: [{ prompt: 'x' }] },
    })
    expect(refused.status).toBe(403)
    expect(refused.json).toMatchObject({ error: 'model_not_allowed', field: 'model' })
  })
})

describe('the list of models', () => {
  it('holds every model of the reference with its prices in USD per million tokens', async () => {
    const { status, json } = await call(`${server.url}/v1/models`, { key: server.key })
    expect(status).toBe(200)
    const { object, data } = json as { object: string; data: Array<{ id: string; prices: unknown }> }
    expect(object).toBe('list')
    const prices = new Map(data.map((model) => [model.id, model.prices]))
    const names = [...prices.keys()]
    expect(names.slice(0, 3)).toEqual(['batch-4.1', 'batch-flash-3.5', 'batch-pro'])
    expect(names).toEqual(
      expect.arrayContaining([
        ...['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-4o', 'gpt-4o-mini'],
        ...['text-embedding-3-small', 'text-embedding-3-large'],
        ...['claude-sonnet-4-5', 'gemini-2.5-flash', 'deepseek-flash', 'deepseek-v3.2'],
      ]),
    )
    const flat = (price: string) => ({ input: price, cached_input: price, cache_write: price, output: price })
    const per = { currency: 'USD', per: 1_000_000 }
    expect(prices.get('batch-4.1')).toEqual({ ...per, list: flat('8.00'), batch: flat('2.00') })
    expect(prices.get('batch-flash-3.5')).toEqual({ ...per, list: flat('2.50'), batch: flat('0.30') })
    expect(prices.get('text-embedding-3-small')).toMatchObject({
      list: { input: '0.02' },
      batch: { input: '0.01' },
    })
    expect(prices.get('gemini-2.5-pro')).toMatchObject({
      list: { input: '1.25', long_input: { above_tokens: 200_000, input: '2.50', output: '15.00' } },
    })
    // Sold at cost: input and output differ.
    expect(prices.get('batch-pro')).toMatchObject({
      list: { input: '3.00', output: '15.00' },
      batch: { input: '1.50', output: '7.50' },
    })
  })

  it('names what each stands for', async () => {
    const { json } = await call(`${server.url}/v1/models`, { key: server.key })
    const { data } = json as { data: Array<{ id: string; stands_for: string }> }
    const names = Object.fromEntries(data.map((model) => [model.id, model.stands_for]))
    expect(names).toMatchObject({
      'batch-4.1': 'gpt-4.1',
      'batch-flash-3.5': 'gemini-2.5-flash-lite',
      'batch-pro': 'claude-sonnet-4-5',
    })
  })
})
