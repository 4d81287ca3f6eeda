import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type List, type Operator, operatorOf } from '../support/admin.ts'
import { batchEnded, created } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

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

interface Batch {
  readonly id: string
  readonly state: string
}

const newOwner = async (account: string) => {
  const { secret } = await server.newKey({ account })
  return { url: server.url, key: secret }
}

const body = (...prompts: string[]) => ({ model: 'batch-4.1', tasks: prompts.map((prompt) => ({ prompt })) })

describe('the batches of all accounts', () => {
  it('are listed, the newest first, and filtered', async () => {
    const [a, b] = [await newOwner('acct_a'), await newOwner('acct_b')]
    const first = await created(a, body('one'))
    await batchEnded(a, first.batch_id)
    const second = await created(b, { ...body('two'), model: 'batch-pro' })
    await batchEnded(b, second.batch_id)
    const idsOf = async (query: string) =>
      (await operator.ask<List<Batch>>(`batches?${query}`)).data.map(({ id }) => id)
    expect((await idsOf('limit=2')).sort()).toEqual([first.batch_id, second.batch_id].sort())
    expect(await idsOf('account=acct_a')).toEqual([first.batch_id])
    expect(await idsOf('model=batch-pro')).toEqual([second.batch_id])
    expect(await idsOf('state=running')).toEqual([])
    expect(await idsOf('state=ended&account=acct_b')).toEqual([second.batch_id])
    const newest = await operator.ask<List<Batch>>('batches?limit=1')
    expect(newest).toMatchObject({ has_more: true, data: [{ account: 'acct_b', outcome: 'completed' }] })
    expect(await idsOf(`limit=1&after=${newest.last_id}`)).toEqual([first.batch_id])
  })

  it('show what they cost and where their shards are, and nothing of their texts', async () => {
    const owner = await newOwner('acct_c')
    const { batch_id } = await created(owner, {
      ...body('a secret text'),
      metadata: { note: 'a secret note' },
    })
    await batchEnded(owner, batch_id)
    const answer = await operator.call(`batches/${batch_id}`)
    expect(answer.text).not.toContain('secret')
    expect(answer.json).toMatchObject({
      id: batch_id,
      account: 'acct_c',
      counts: { total: 1, succeeded: 1 },
      shards_by_state: { waiting: 0, running: 0, sealed: 1 },
      waste: '0.00',
      waiting: null,
      held: '0.00',
    })
  })

  it('are cancelled by an operator, as their owner sees', async () => {
    provider.hold()
    const owner = await newOwner('acct_d')
    const { batch_id } = await created(owner, body('x', 'y'))
    await provider.waiting(2)
    expect(await operator.ask(`batches/${batch_id}/cancel`, { method: 'POST' })).toMatchObject({
      state: 'stopping',
      cause: 'cancel',
    })
    provider.open()
    expect(['completed', 'failed']).toContain((await batchEnded(owner, batch_id)).status)
    const gone = await operator.call('batches/batch_nowhere/cancel', { method: 'POST' })
    expect([gone.status, gone.json]).toEqual([404, expect.objectContaining({ error: 'not_found' })])
  })

  it('that are deleted stay here, with their money', async () => {
    const owner = await newOwner('acct_e')
    const { batch_id } = await created(owner, body('x'))
    await batchEnded(owner, batch_id)
    await call(`${server.url}/v1/batches/${batch_id}`, { method: 'DELETE', key: owner.key })
    expect(await operator.ask(`batches/${batch_id}`)).toMatchObject({
      deleted_at: expect.any(String),
      charge: '0.000246',
    })
  })
})

describe('deployments', () => {
  interface Deployment {
    readonly id: string
    readonly model: string
    readonly health: { readonly state: string }
    readonly gate: { readonly in_flight: number }
  }

  it('show their health, their gates and what was learnt, and no key', async () => {
    const owner = await newOwner('acct_f')
    provider.hold()
    const { batch_id } = await created(owner, body('x', 'y', 'z'))
    await provider.waiting(3)
    const answer = await operator.call('deployments?limit=100')
    expect(answer.text).not.toContain('sk-simulated')
    const { data } = answer.json as List<Deployment>
    const busy = data.find(({ model }) => model === 'batch-4.1')
    expect(busy).toMatchObject({ health: { state: 'open', reason: null }, gate: { in_flight: 3 } })
    expect(await operator.ask(`deployments/${busy?.id}`)).toMatchObject({
      id: busy?.id,
      typical_ms: expect.any(Number),
    })
    provider.open()
    await batchEnded(owner, batch_id)
    await until('the calls to be over', async () => {
      const now = await operator.ask<Deployment>(`deployments/${encodeURIComponent(busy?.id ?? '')}`)
      return now.gate.in_flight === 0
    })
    expect((await operator.call('deployments/none/such')).status).toBe(404)
  })

  it('are listed page by page', async () => {
    const all = await operator.ask<List<Deployment>>('deployments?limit=100')
    const first = await operator.ask<List<Deployment>>('deployments?limit=1')
    expect(first).toMatchObject({ has_more: true, last_id: all.data[0]?.id })
    const rest = await operator.ask<List<Deployment>>(
      `deployments?limit=100&after=${encodeURIComponent(first.last_id ?? '')}`,
    )
    expect(rest.data).toEqual(all.data.slice(1))
  })
})

describe('the books', () => {
  it('are right, and waste is told by batch and in all', async () => {
    const owner = await newOwner('acct_g')
    const { batch_id } = await created(owner, body('x'))
    await batchEnded(owner, batch_id)
    expect(await operator.ask('audit')).toMatchObject({
      right: true,
      findings: [],
      answers: expect.any(Number),
      balances: expect.arrayContaining([expect.objectContaining({ account: 'revenue', currency: 'USD' })]),
    })
    const waste = await operator.ask<List<Batch> & { totals: unknown }>('waste?limit=100')
    expect(waste.data).toContainEqual({
      id: batch_id,
      object: 'waste',
      account: 'acct_g',
      cost: expect.stringMatching(/^0\.000\d+$/),
      waste: '0.00',
      cost_unknown_requests: 0,
    })
    expect(waste.totals).toMatchObject({ batches: { waste: '0.00' }, real_time: { waste: '0.00' } })
  })

  it('show usage page by page', async () => {
    const all = await operator.ask<List<object>>('usage?limit=1000')
    expect(all.data.length).toBeGreaterThan(2)
    const first = await operator.ask<List<object>>('usage?limit=2')
    const rest = await operator.ask<List<object>>(`usage?limit=1000&after=${first.last_id}`)
    expect([...first.data, ...rest.data]).toEqual(all.data)
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    expect((await operator.ask<List<object>>(`usage?from=${tomorrow}&to=${tomorrow}`)).data).toEqual([])
  })
})
