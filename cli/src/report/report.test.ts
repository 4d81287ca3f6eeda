import type { Batch } from '@sheepfold/client'
import { describe, expect, it } from 'vitest'
import { summarise, summaryJson } from './summary.ts'
import { summaryTable } from './table.ts'
import { createTally, type FinishedBatch, finishedBatch } from './tally.ts'

const bare: Batch = {
  batch_id: 'batch_1',
  status: 'in_progress',
  progress: 0,
  error: null,
  counts: null,
  usage: null,
  cost: null,
  created_at: null,
  ended_at: null,
  latency: null,
  waiting: null,
  losses: [],
}

const cost = (batch: string, real_time: string) => ({
  currency: 'USD',
  batch,
  real_time,
  saved: '0',
  saved_percent: null,
})

const finished = (rest: Partial<FinishedBatch> = {}, batch: Partial<Batch> = {}): FinishedBatch => ({
  documents: 100,
  succeeded: 100,
  errors: new Map(),
  tokens: undefined,
  cost: undefined,
  measuredMs: 1_000,
  batch: { ...bare, status: 'completed', ...batch },
  ...rest,
})

const rowsOf = (table: string) =>
  new Map(table.split('\n').map((line) => line.split(/ {3,}/, 2) as [string, string]))

describe('the progress', () => {
  it('counts documents where the server does, and per cent where it does not', () => {
    const tally = createTally(300)
    const counts = { total: 100, succeeded: 31, failed: 2, expired: 0, cancelled: 0 }
    tally.note({ ...bare, progress: 33, counts, cost: cost('0.10', '0.40') }, 100)
    tally.note({ ...bare, batch_id: 'batch_2', progress: 50, cost: cost('0.05', '0.20') }, 100)
    expect(tally.progress()).toEqual({
      done: 83,
      total: 300,
      failed: 2,
      errors: [],
      cost: 150_000_000n,
      costAtLeast: 150_000_000n,
      waiting: undefined,
    })
    tally.finish(finished({ succeeded: 97, errors: new Map([['timeout', 3]]) }, { batch_id: 'batch_2' }))
    expect(tally.progress()).toMatchObject({
      done: 133,
      failed: 5,
      errors: [['timeout', 3]],
      cost: undefined,
    })
    expect(tally.progress().costAtLeast).toBe(100_000_000n)
  })

  it('says why the server waits', () => {
    const tally = createTally(1)
    tally.note({ ...bare, waiting: { code: 'key_revoked', message: 'The key was revoked.' } }, 1)
    expect(tally.progress().waiting).toBe('The key was revoked.')
  })
})

describe('the summary', () => {
  it('takes a document for as long as its batch', () => {
    const times = (ended_at: string) => ({ created_at: '2026-01-01T00:00:00Z', ended_at })
    const summary = summarise(
      [
        finished({ documents: 990 }, times('2026-01-01T00:00:02Z')),
        finished({ documents: 9, measuredMs: 12_000 }),
        finished({ documents: 1, measuredMs: 50_000 }),
      ],
      60,
    )
    expect(summary.latency).toEqual({ meanMs: (990 * 2000 + 9 * 12_000 + 50_000) / 1000, p99Ms: 2000 })
  })

  it('adds money exactly', () => {
    const batch: Batch = { ...bare, status: 'completed', cost: cost('0.000000001', '0.1') }
    const one = finishedBatch(batch, [], { documents: 1, measuredMs: 1 })
    const { batchCost, realTimeCost, saved } = summarise([one, one, one], 1)
    expect([batchCost, realTimeCost, saved]).toEqual([3n, 300_000_000n, 299_999_997n])
  })

  it('takes cost and tokens from the results where the batch tells none, and nothing where they tell none', () => {
    const result = {
      custom_id: 'a',
      index: 0,
      status: 'succeeded',
      output: '',
      model: null,
      finish_reason: null,
    }
    const usage = { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7, cached_tokens: 0 }
    const told = { ...result, usage, cost: '0.000014', error: null }
    const refused = {
      ...result,
      status: 'failed',
      usage: null,
      cost: null,
      error: { code: 'c', message: 'm' },
    }
    const rest = { documents: 2, measuredMs: 1 }
    expect(summarise([finishedBatch(bare, [told, refused], rest)], 1)).toMatchObject({
      succeeded: 1,
      tokens: 7,
      batchCost: 14_000n,
      saved: undefined,
    })
    expect(summarise([finishedBatch(bare, [{ ...told, cost: null, usage: null }], rest)], 1)).toMatchObject({
      tokens: undefined,
      batchCost: undefined,
    })
  })

  it('of nothing has no rates', () => {
    expect(summaryJson(summarise([], 0))).toMatchObject({
      documents: 0,
      documents_per_minute: null,
      success_percent: null,
      batch_latency: null,
    })
  })
})

describe('the table', () => {
  it('does not round a failure away, and says what the server did not tell', () => {
    const rows = rowsOf(
      summaryTable([
        { title: '', summary: summarise([finished({ documents: 100_000, succeeded: 99_999 })], 30) },
      ]),
    )
    expect(rows.get('success rate')?.trim()).toBe('99.99 %')
    expect(rows.get('documents/min')?.trim()).toBe('200,000')
    expect(rows.get('saved')?.trim()).toBe('not told')
  })

  it('shows amounts as people read them', () => {
    const batch: Batch = { ...bare, cost: cost('10', '40'), latency: { mean_ms: 301.4, p99_ms: 12_345 } }
    const result = finished({ cost: 10_000_000_000n }, batch)
    const summary = summarise([result], 90)
    const rows = rowsOf(summaryTable([{ title: 'job', summary }]))
    expect(rows.get('saved')?.trim()).toBe('$30.00 (75.0 %)')
    expect(rows.get('latency of a provider call: mean')?.trim()).toBe('301 ms')
    expect(rows.get('latency of a provider call: P99, slowest batch')?.trim()).toBe('12.3 s')
  })
})
