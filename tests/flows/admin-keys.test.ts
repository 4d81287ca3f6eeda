import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type List, type Operator, operatorOf } from '../support/admin.ts'
import { batchEnded, created } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import {
  COMPLETION_TOKENS,
  type FakeProvider,
  PROMPT_TOKENS,
  startFakeProvider,
} from '../support/provider.ts'

let provider: FakeProvider
let server: TestGateway
let operator: Operator

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  operator = await operatorOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

interface Account {
  readonly id: string
  readonly name: string
}

interface Key {
  readonly id: string
  readonly key: string
  readonly hint: string
  readonly state: string
  readonly [field: string]: unknown
}

const newAccount = (name: string): Promise<Account> => operator.ask('accounts', { body: { name } })

const newKey = (body: object): Promise<Key> => operator.ask('keys', { body })

/** What one answer of the provider costs at batch price: batch-4.1 has one price for all tokens. */
const USD_OF_ANSWER = ((PROMPT_TOKENS + COMPLETION_TOKENS) * 2) / 1_000_000

describe('an account', () => {
  it('is made, renamed, and found in the list', async () => {
    const { id } = await newAccount('Acme')
    expect(await operator.ask('accounts', { body: { id: 'given-id', name: 'Given' } })).toMatchObject({
      id: 'given-id',
      keys: 0,
      running_batches: 0,
    })
    const again = await operator.call('accounts', { body: { id: 'given-id', name: 'Other' } })
    expect([again.status, again.json]).toEqual([
      409,
      expect.objectContaining({ error: 'account_exists', field: 'id' }),
    ])
    await operator.ask(`accounts/${id}`, { method: 'PATCH', body: { name: 'Acme Inc.' } })
    const { data } = await operator.ask<List<Account>>('accounts')
    expect(data.map(({ name }) => name)).toContain('Acme Inc.')
  })

  it('shows its money and what it used, by model', async () => {
    const { id } = await newAccount('Spender')
    const { key } = await newKey({ name: 'k', account: id })
    const owner = { url: server.url, key }
    const { batch_id } = await created(owner, {
      model: 'batch-4.1',
      tasks: [{ prompt: 'a' }, { prompt: 'b' }],
    })
    await batchEnded(owner, batch_id)
    const spent = (2 * USD_OF_ANSWER).toFixed(6)
    const used = { model: 'batch-4.1', via: 'batch', requests: 2, failed: 0, charge: spent }
    expect(await operator.ask(`accounts/${id}`)).toMatchObject({
      balance: { currency: 'USD', available: `-${spent}`, held: '0.00' },
      usage: { today: [used], month: [used] },
    })
    const { data } = await operator.ask<List<object>>(`usage?account=${id}`)
    expect(data).toEqual([expect.objectContaining({ ...used, account: id })])
  })

  it('is listed page by page, whatever it is called', async () => {
    await server.newKey({ account: 'made with a key / 양' })
    for (const name of ['p1', 'p2', 'p3']) await newAccount(name)
    const names: string[] = []
    let after = ''
    for (;;) {
      const page = await operator.ask<List<Account>>(`accounts?limit=2${after}`)
      names.push(...page.data.map(({ name }) => name))
      expect(page.last_id).toBe(page.data.at(-1)?.id)
      if (!page.has_more) break
      after = `&after=${encodeURIComponent(page.last_id ?? '')}`
    }
    expect(names).toEqual(expect.arrayContaining(['p1', 'p2', 'p3', 'acct_default']))
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('a key', () => {
  it('is shown once, opens what it may, and says what it spent', async () => {
    const { id: account } = await newAccount('Owner')
    const terms = {
      models: ['batch-4.1'],
      expires_at: '2099-01-31T00:00:00.000Z',
      requests_per_minute: 60,
      tokens_per_minute: 100_000,
      spend_limit: '25.00',
    }
    const made = await newKey({ name: 'nightly', account, ...terms })
    expect(made).toMatchObject({ name: 'nightly', role: 'client', account, state: 'good', ...terms })
    expect(made.key).toMatch(/^sk-holysheep-[0-9A-Za-z]{40}$/)
    const owner = { url: server.url, key: made.key }
    const models = await call(`${server.url}/v1/models`, { key: made.key })
    expect(models.json).toMatchObject({ data: [{ id: 'batch-4.1' }] })
    const { batch_id } = await created(owner, { model: 'batch-4.1', tasks: [{ prompt: 'a' }] })
    await batchEnded(owner, batch_id)
    const shown = await operator.call(`keys/${made.id}`)
    expect(shown.headers.get('cache-control')).toBe('no-store')
    expect(shown.text).not.toContain(made.key)
    const spent = USD_OF_ANSWER.toFixed(6)
    expect(shown.json).toMatchObject({
      spent: { real_time: '0.00', batches: spent, held: '0.00', total: spent },
    })
    const { data } = await operator.ask<List<Key>>(`keys?account=${account}`)
    expect(data.map(({ id }) => id)).toEqual([made.id])
  })

  it('takes a change at once, and keeps what the change does not name', async () => {
    const { id: account } = await newAccount('Changed')
    const { id, key } = await newKey({ name: 'k', account, spend_limit: '1.50' })
    const change = { name: 'renamed', models: ['batch-pro'], requests_per_minute: 5 }
    const changed = await operator.ask(`keys/${id}`, { method: 'PATCH', body: change })
    expect(changed).toMatchObject({ ...change, spend_limit: '1.50', tokens_per_minute: null })
    let answer = await call(`${server.url}/v1/models`, { key })
    while (!answer.text.includes('"batch-pro"') || answer.text.includes('"batch-4.1"')) {
      answer = await call(`${server.url}/v1/models`, { key })
    }
    const free = { models: null, requests_per_minute: null, spend_limit: null, expires_at: null }
    expect(await operator.ask(`keys/${id}`, { method: 'PATCH', body: free })).toMatchObject(free)
  })

  it('is refused from its revocation on, and stays in the list', async () => {
    const { id: account } = await newAccount('Revoked')
    const { id, key } = await newKey({ name: 'k', account })
    expect(await operator.ask(`keys/${id}/revoke`, { method: 'POST' })).toMatchObject({
      id,
      state: 'revoked',
    })
    expect((await call(`${server.url}/v1/models`, { key })).status).toBe(401)
    expect((await operator.ask<List<Key>>(`keys?account=${account}`)).data).toMatchObject([
      { id, state: 'revoked' },
    ])
  })

  it('of another operator has no account', async () => {
    const made = await newKey({ name: 'colleague', role: 'operator' })
    expect(made).toMatchObject({ role: 'operator', account: null })
    expect(made.key).toMatch(/^sk-holysheep-op-/)
    expect((await call(`${server.url}/v1/admin/accounts`, { key: made.key })).status).toBe(200)
  })
})
