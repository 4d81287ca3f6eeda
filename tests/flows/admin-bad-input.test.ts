import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Operator, operatorOf } from '../support/admin.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

/** Whatever operators send: it is done, or refused with a clear 4xx that names what is at fault. */

let provider: FakeProvider
let server: TestGateway
let operator: Operator
let clientKey: string
let operatorKey: string

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  operator = await operatorOf(server)
  clientKey = (await server.newKey()).id
  operatorKey = (await server.newOperatorKey()).id
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const key = { name: 'k', account: 'acct_default' }

describe('a body is refused with its field', () => {
  it.each<[string, string, unknown, string, string | undefined]>([
    ['accounts', 'no JSON', 'name=x', 'invalid_json', undefined],
    ['accounts', 'a list', '[]', 'invalid_type', undefined],
    ['accounts', 'nothing in it', {}, 'missing_field', 'name'],
    ['accounts', 'a name that is a number', { name: 7 }, 'invalid_type', 'name'],
    ['accounts', 'an empty name', { name: '' }, 'invalid_value', 'name'],
    ['accounts', 'a name with a line feed', { name: 'a\nb' }, 'invalid_value', 'name'],
    ['accounts', 'a field that is not there', { name: 'x', plan: 'pro' }, 'unknown_field', 'plan'],
    ['accounts', 'a key twice', '{"name":"x","name":"y"}', 'duplicate_key', 'name'],
    ['accounts', 'an id with a slash', { name: 'x', id: 'a/b' }, 'invalid_value', 'id'],
    ['keys', 'no account', { name: 'k' }, 'missing_field', 'account'],
    ['keys', 'an account that is not there', { ...key, account: 'acct_none' }, 'invalid_value', 'account'],
    [
      'keys',
      'a model that is not there',
      { ...key, models: ['gpt-4.1', 'gpt-9'] },
      'unknown_model',
      'models[1]',
    ],
    ['keys', 'models that are no list', { ...key, models: 'gpt-4.1' }, 'invalid_type', 'models'],
    ['keys', 'a model that is a number', { ...key, models: [4] }, 'invalid_type', 'models[0]'],
    ['keys', 'no model', { ...key, models: [] }, 'invalid_value', 'models'],
    ['keys', 'an expiry in words', { ...key, expires_at: 'tomorrow' }, 'invalid_value', 'expires_at'],
    [
      'keys',
      'an expiry that is past',
      { ...key, expires_at: '2020-01-01T00:00:00Z' },
      'invalid_value',
      'expires_at',
    ],
    [
      'keys',
      'a rate of half a request',
      { ...key, requests_per_minute: 0.5 },
      'invalid_type',
      'requests_per_minute',
    ],
    ['keys', 'a rate of none', { ...key, tokens_per_minute: 0 }, 'invalid_value', 'tokens_per_minute'],
    ['keys', 'a limit that is a float', { ...key, spend_limit: 12.5 }, 'invalid_type', 'spend_limit'],
    ['keys', 'a limit below zero', { ...key, spend_limit: '-1' }, 'invalid_value', 'spend_limit'],
    ['keys', 'another role', { ...key, role: 'root' }, 'invalid_value', 'role'],
    ['keys', "an operator's with an account", { ...key, role: 'operator' }, 'conflicting_fields', 'account'],
    [
      'keys',
      "an operator's with models",
      { name: 'k', role: 'operator', models: ['gpt-4.1'] },
      'conflicting_fields',
      'models',
    ],
  ])('POST %s: %s', async (path, _name, body, error, field) => {
    const answer = await operator.call(path, { body })
    expect([answer.status, answer.json]).toEqual([
      400,
      expect.objectContaining({
        error,
        message: expect.any(String),
        ...(field === undefined ? {} : { field }),
      }),
    ])
  })

  it('says what is allowed', async () => {
    const { json } = await operator.call('keys', { body: { ...key, spend_limit: 12.5 } })
    expect(json).toMatchObject({
      message:
        '"spend_limit" must be an amount of USD as a text such as "25.00", or null for no limit; it is 12.5',
    })
  })

  it("keeps an operator's key from terms of clients", async () => {
    const answer = await operator.call(`keys/${operatorKey}`, { method: 'PATCH', body: { spend_limit: '1' } })
    expect([answer.status, answer.json]).toEqual([400, expect.objectContaining({ field: 'spend_limit' })])
  })
})

describe('a query is refused with its parameter', () => {
  it.each([
    ['accounts?limit=0', 'limit', 'invalid_value'],
    ['accounts?limit=101', 'limit', 'invalid_value'],
    ['accounts?limit=ten', 'limit', 'invalid_value'],
    ['accounts?limit=1&limit=2', 'limit', 'invalid_type'],
    ['accounts?after=nobody', 'after', 'invalid_value'],
    ['accounts?order=asc', 'order', 'unknown_field'],
    ['accounts/acct_default?x=1', 'x', 'unknown_field'],
    ['keys?after=%00', 'after', 'invalid_value'],
    ['keys?after=key_none', 'after', 'invalid_value'],
    ['deployments?after=none', 'after', 'invalid_value'],
    ['batches?state=done', 'state', 'invalid_value'],
    ['batches?after=batch_none', 'after', 'invalid_value'],
    ['batches?page=2', 'page', 'unknown_field'],
    ['waste?after=batch_none', 'after', 'invalid_value'],
    ['usage?from=yesterday', 'from', 'invalid_value'],
    ['usage?from=2026-02-30', 'from', 'invalid_value'],
    ['usage?from=2026-01-01&to=2026-12-31', 'from', 'invalid_value'],
    ['usage?from=2026-02-02&to=2026-02-01', 'from', 'invalid_value'],
    ['usage?after=bm9uc2Vuc2U', 'after', 'invalid_value'],
    ['usage?limit=1001', 'limit', 'invalid_value'],
    ['audit?deep=true', 'deep', 'unknown_field'],
  ])('GET %s', async (path, field, error) => {
    const answer = await operator.call(path)
    expect([answer.status, answer.json]).toEqual([400, expect.objectContaining({ error, field })])
  })

  it.each([
    'accounts/none',
    'keys/none',
    'batches/none',
    'deployments/none',
    'accounts/%00',
    'batches/%F0%9F%90%91',
  ])('GET %s: there is none', async (path) => {
    const answer = await operator.call(path)
    expect([answer.status, answer.json]).toEqual([404, expect.objectContaining({ error: 'not_found' })])
  })

  it.each([
    ['DELETE', 'accounts', 'GET, POST, HEAD'],
    ['POST', 'batches', 'GET, HEAD'],
    ['GET', `keys/x/revoke`, 'POST'],
  ])('%s %s is refused, and says what it takes', async (method, path, allow) => {
    const answer = await operator.call(path, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
  })
})

describe('anything at all', () => {
  const runs = process.env.SHEEPFOLD_TEST_LONG === '1' ? 2_000 : 150

  const FIELDS = [
    'name',
    'id',
    'account',
    'role',
    'models',
    'expires_at',
    'requests_per_minute',
    'tokens_per_minute',
    'spend_limit',
  ]
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(
      'acct_default',
      'client',
      'operator',
      ['batch-4.1'],
      '2099-01-01T00:00:00Z',
      '1.50',
      60,
      null,
    ),
  )
  const fields = fc.dictionary(fc.oneof(fc.constantFrom(...FIELDS), fc.string()), value)

  it('is done or refused with a 4xx, as a body', async () => {
    const target = fc.constantFrom<[string, string]>(
      ['POST', 'accounts'],
      ['POST', 'keys'],
      ['PATCH', 'accounts/acct_default'],
      ['PATCH', `keys/${clientKey}`],
      ['PATCH', `keys/${operatorKey}`],
    )
    await fc.assert(
      fc.asyncProperty(target, fields, async ([method, path], body) => {
        const answer = await operator.call(path, { method, body })
        expectDoneOrRefused(answer)
      }),
      { numRuns: runs },
    )
  })

  it('is answered or refused with a 4xx, as a query or an id', async () => {
    const name = fc.constantFrom('limit', 'after', 'account', 'state', 'model', 'from', 'to', 'x')
    const query = fc.dictionary(
      name,
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('1', '2026-11-01')),
    )
    const path = fc.constantFrom('accounts', 'keys', 'deployments', 'batches', 'waste', 'usage')
    const id = fc.oneof(
      fc.constant(''),
      fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => `/${encodeURIComponent(text)}`),
    )
    await fc.assert(
      fc.asyncProperty(path, id, query, async (at, rest, given) => {
        expectDoneOrRefused(await operator.call(`${at}${rest}?${new URLSearchParams(given)}`))
      }),
      { numRuns: runs },
    )
  })

  const expectDoneOrRefused = ({ status, json }: { status: number; json: unknown }): void => {
    expect(status).toBeGreaterThanOrEqual(200)
    expect(status).toBeLessThan(500)
    if (status >= 300) expect(json).toMatchObject({ error: expect.any(String), message: expect.any(String) })
  }
})
