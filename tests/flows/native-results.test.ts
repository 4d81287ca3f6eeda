import type { Config } from '@sheepfold/gateway'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  batchEnded,
  batchNow,
  created,
  type NativeEntry,
  resultsEnded,
  resultsNow,
  resultsOf,
} from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import {
  COMPLETION_TOKENS,
  type FakeProvider,
  PROMPT_TOKENS,
  startFakeProvider,
} from '../support/provider.ts'

const ENTRY_KEYS = [
  'custom_id',
  'index',
  'status',
  'output',
  'model',
  'finish_reason',
  'usage',
  'cost',
  'error',
]
const TOKENS = PROMPT_TOKENS + COMPLETION_TOKENS

let provider: FakeProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startFakeProvider()
  server = await openGateway({
    provider: provider.url,
    // A window that a test can wait for, and calls that are given up soon after its end.
    adapt: (config) => ({
      ...config,
      intake: { ...config.intake, windowSecondsMin: 1 },
      execute: { ...config.execute, stopDrainMs: 100, tickMs: 100 },
    }),
  })
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

beforeEach(() => provider.open())
afterEach(() => provider.open())

const tasks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ custom_id: `doc_${index}`, prompt: `text ${index}` }))

/** Money as it travels: decimal text, in nano-USD. */
const nano = (usd: string): bigint => {
  const [, whole = '', fraction = ''] = /^(\d+)\.(\d{2,9})$/.exec(usd) ?? []
  expect(whole).not.toBe('')
  return BigInt(whole + fraction.padEnd(9, '0'))
}

const sum = (entries: readonly NativeEntry[]): bigint =>
  entries.reduce((total, entry) => total + nano(entry.cost), 0n)

describe('the results of an ended batch', () => {
  it('are in data and in results, one entry an item, in input order, each as documented', async () => {
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: tasks(120) })
    await batchEnded(server, batch_id)
    const answer = await call(`${server.url}/v1/batches/${batch_id}/results`, { key: server.key })
    expect(answer.status).toBe(200)
    const results = await resultsNow(server, batch_id)
    expect(results).toMatchObject({ status: 'completed', error: null })
    expect(results.data).toEqual(results.results)
    expect(results.results.map((entry) => entry.custom_id)).toEqual(tasks(120).map((task) => task.custom_id))
    for (const [index, entry] of results.results.entries()) {
      expect(Object.keys(entry)).toEqual(ENTRY_KEYS)
      expect(entry).toEqual({
        custom_id: `doc_${index}`,
        index,
        status: 'succeeded',
        output: `re: "text ${index}"`,
        model: 'batch-4.1',
        finish_reason: 'stop',
        usage: {
          prompt_tokens: PROMPT_TOKENS,
          completion_tokens: COMPLETION_TOKENS,
          total_tokens: TOKENS,
          cached_tokens: 10,
        },
        cost: '0.000246',
        error: null,
      })
    }
  })

  it('cost what the sell price says, and their costs add up to that of the batch', async () => {
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: tasks(37) })
    const batch = await batchEnded(server, batch_id)
    const { results } = await resultsNow(server, batch_id)
    // 2.00 USD per million tokens, input and output alike: 2,000 nano-USD a token.
    expect(results.map((entry) => nano(entry.cost))).toEqual(results.map(() => BigInt(TOKENS) * 2_000n))
    expect(nano(batch.cost.batch)).toBe(sum(results))
    expect(batch.usage.total_tokens).toBe(37 * TOKENS)
    expect(batch).toMatchObject({
      status: 'completed',
      progress: 100,
      error: null,
      cost: { real_time: '0.036408', saved: '0.027306', saved_percent: 75 },
    })
  })

  it('cost what was agreed when the batch was made, whatever the price is later', async () => {
    provider.hold()
    const first = await openGateway({ provider: provider.url })
    const { batch_id } = await created(first, { model: 'batch-4.1', tasks: tasks(3) })
    await provider.waiting(3)
    await first.gateway.stop(0)
    provider.open()
    const cheaper = (config: Config): Config => {
      const [model, sell] = [config.catalogue.get('batch-4.1'), config.catalogue.get('batch-flash-3.5')?.sell]
      if (!model || !sell) throw new Error('there are no such models')
      return { ...config, catalogue: new Map([...config.catalogue, [model.id, { ...model, sell }]]) }
    }
    const second = await openGateway({ provider: provider.url, dataDir: first.dataDir, adapt: cheaper })
    const { results } = await resultsEnded(second, batch_id)
    expect(results.map((entry) => entry.cost)).toEqual(['0.000246', '0.000246', '0.000246'])
    const later = await resultsOf(second, { model: 'batch-4.1', tasks: tasks(1) })
    expect(later.results.map((entry) => entry.cost)).toEqual(['0.0000369'])
    await second.stop()
  })

  it('of an OpenAI model sold at its cost count cached tokens at their own price', async () => {
    const { results } = await resultsOf(server, { model: 'gpt-4.1', tasks: tasks(1) })
    // 90 × 1.00 + 10 × 0.25 + 23 × 4.00 USD per million.
    expect(results.map((entry) => entry.cost)).toEqual(['0.0001845'])
  })
})

describe('a batch that runs', () => {
  it('is in_progress, and its results leave out what has no answer yet', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: tasks(10) })
    await provider.waiting(10)
    expect(await batchNow(server, batch_id)).toMatchObject({
      status: 'in_progress',
      progress: 0,
      error: null,
    })
    const empty = await resultsNow(server, batch_id)
    expect(empty).toMatchObject({ status: 'in_progress', data: [], results: [], error: null })

    provider.release(4)
    let some = await resultsNow(server, batch_id)
    while (some.results.length < 4 || some.data.length < 4) some = await resultsNow(server, batch_id)
    expect(some.status).toBe('in_progress')
    expect(some.results).toHaveLength(4)
    const indexes = some.results.map((entry) => entry.index)
    expect(indexes).toEqual(indexes.toSorted((left, right) => left - right))
    expect(some.data).toEqual(some.results)
    expect((await batchNow(server, batch_id)).progress).toBe(40)

    provider.release()
    const all = await resultsEnded(server, batch_id)
    expect(all).toMatchObject({ status: 'completed' })
    expect(all.results).toHaveLength(10)
    // What was shown before is shown again, letter by letter.
    expect(all.results.filter((entry) => indexes.includes(entry.index))).toEqual(some.results)
  })
})

describe('a batch that fails', () => {
  it('for its window says timeout to the letter, with what was finished still there', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: tasks(5), window_seconds: 2 })
    await provider.waiting(5)
    provider.release(2)
    const batch = await batchEnded(server, batch_id)
    const timeout = { error: 'timeout', message: 'Batch exceeded maximum processing time' }
    expect(batch).toMatchObject({ status: 'failed', error: timeout })
    const results = await resultsNow(server, batch_id)
    expect(results).toMatchObject({ status: 'failed', error: timeout })
    expect(results.results.map((entry) => entry.status).toSorted()).toEqual([
      'expired',
      'expired',
      'expired',
      'succeeded',
      'succeeded',
    ])
    for (const entry of results.results) {
      expect(Object.keys(entry)).toEqual(ENTRY_KEYS)
      if (entry.status === 'succeeded') expect(entry.error).toBe(null)
      else {
        expect(entry).toMatchObject({ output: null, usage: null, cost: '0.00' })
        expect(entry.error).toMatchObject({ code: 'batch_expired', message: expect.any(String) })
      }
    }
    expect(nano(batch.cost.batch)).toBe(sum(results.results))
  })

  it('because it was cancelled says so, and its unfinished items are cancelled', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: tasks(3) })
    await provider.waiting(3)
    provider.release(1)
    while ((await batchNow(server, batch_id)).progress === 0);
    const cancel = await call(`${server.url}/v1/batches/${batch_id}/cancel`, {
      method: 'POST',
      key: server.key,
    })
    expect(cancel.status).toBe(200)
    const batch = await batchEnded(server, batch_id)
    expect(batch).toMatchObject({ status: 'failed', error: { error: 'cancelled' } })
    const { results } = await resultsNow(server, batch_id)
    expect(results.map((entry) => entry.status).toSorted()).toEqual(['cancelled', 'cancelled', 'succeeded'])
  })

  it('is never shown with a fourth status', async () => {
    provider.hold()
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: tasks(3) })
    await provider.waiting(3)
    const seen = new Set<string>()
    const look = async () => seen.add((await batchNow(server, batch_id)).status)
    await look()
    await call(`${server.url}/v1/batches/${batch_id}/cancel`, { method: 'POST', key: server.key })
    while (!seen.has('failed')) await look()
    expect([...seen]).toEqual(['in_progress', 'failed'])
  })
})

describe('a deleted batch', () => {
  it('does not exist from then on', async () => {
    const { batch_id } = await created(server, { model: 'batch-4.1', tasks: tasks(2) })
    await batchEnded(server, batch_id)
    const url = `${server.url}/v1/batches/${batch_id}`
    const deleted = await call(url, { method: 'DELETE', key: server.key })
    expect([deleted.status, deleted.json]).toEqual([
      200,
      { batch_id, id: batch_id, object: 'batch', deleted: true },
    ])
    for (const each of [url, `${url}/results`]) {
      expect((await call(each, { key: server.key })).status).toBe(404)
    }
    expect((await call(url, { method: 'DELETE', key: server.key })).status).toBe(404)
  })
})
