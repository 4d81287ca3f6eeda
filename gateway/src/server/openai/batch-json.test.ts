import { describe, expect, it } from 'vitest'
import type { BatchView } from '../../storage/tenant.ts'
import { openaiBatchJson, validatingJson } from './batch-json.ts'

const AT = 1_700_000_000_000
const later = (seconds: number): number => AT + 1_000 * seconds

const view = (more: Partial<BatchView>): BatchView => ({
  id: 'batch_b',
  account: 'acct',
  dialect: 'openai',
  endpoint: '/v1/chat/completions',
  model: 'm',
  models: ['m'],
  task: null,
  metadata: 'null',
  state: 'running',
  cause: null,
  outcome: null,
  counts: { total: 3, succeeded: 0, failed: 0, expired: 0, cancelled: 0 },
  shards: 1,
  usage: { promptTokens: 5, cachedTokens: 2, cacheWriteTokens: 0, completionTokens: 7, reasoningTokens: 1 },
  estimated: 0,
  charge: 0n,
  listCharge: 0n,
  latency: null,
  createdAt: AT,
  windowEnd: later(86_400),
  endedAt: null,
  expiresAt: null,
  layout: 'apart',
  file: 'file-f',
  blob: 'files/file-f',
  template: '',
  hold: 0n,
  errors: null,
  losses: null,
  retryOf: null,
  stoppedAt: null,
  answeredAt: null,
  webhook: null,
  ...more,
})

const shown = (more: Partial<BatchView>) => openaiBatchJson(view(more), () => undefined)

const TIMES = [
  'in_progress_at',
  'finalizing_at',
  'completed_at',
  'failed_at',
  'expired_at',
  'cancelling_at',
  'cancelled_at',
]
const timesOf = (json: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(
    TIMES.filter((name) => json[name] !== null).map((name) => [name, Number(json[name]) - AT / 1_000]),
  )

const done = (succeeded: number, more: Partial<BatchView['counts']> = {}): BatchView['counts'] => ({
  total: 3,
  succeeded,
  failed: 3 - succeeded,
  expired: 0,
  cancelled: 0,
  ...more,
})

describe('a batch', () => {
  const ends = { state: 'ended', endedAt: later(9), answeredAt: later(8) } as const

  it.each<[string, Partial<BatchView>, object]>([
    ['in_progress', {}, { in_progress_at: 0 }],
    ['finalizing', { counts: done(3), answeredAt: later(8) }, { in_progress_at: 0, finalizing_at: 8 }],
    [
      'completed',
      { ...ends, outcome: 'completed', counts: done(3) },
      { in_progress_at: 0, finalizing_at: 8, completed_at: 9 },
    ],
    [
      'cancelling',
      { state: 'stopping', cause: 'cancel', stoppedAt: later(4) },
      { in_progress_at: 0, cancelling_at: 4 },
    ],
    [
      'cancelled',
      { ...ends, outcome: 'cancelled', cause: 'cancel', stoppedAt: later(4), counts: done(1) },
      { in_progress_at: 0, cancelling_at: 4, cancelled_at: 9 },
    ],
    ['in_progress', { state: 'stopping', cause: 'deadline', stoppedAt: later(4) }, { in_progress_at: 0 }],
    [
      'expired',
      { ...ends, outcome: 'expired', cause: 'deadline', stoppedAt: later(4), counts: done(1) },
      { in_progress_at: 0, expired_at: 9 },
    ],
    [
      'failed',
      { ...ends, outcome: 'failed', errors: '[]', endedAt: AT, counts: done(0, { total: 0, failed: 0 }) },
      { failed_at: 0 },
    ],
  ])('that is %s says since when', (status, more, times) => {
    const json = shown(more)
    expect(json).toMatchObject({ status, expires_at: AT / 1_000 + 86_400 })
    expect(timesOf(json)).toEqual(times)
    expect(Object.values(json)).not.toContain(undefined)
  })

  it.each([
    [3, {}, 'file-out_b', null],
    [2, {}, 'file-out_b', 'file-err_b'],
    [0, {}, null, 'file-err_b'],
    [1, { failed: 0, expired: 2 }, 'file-out_b', 'file-err_b'],
    [0, { failed: 0, cancelled: 3 }, null, 'file-err_b'],
  ])('of three of which %i succeeded has these files: %o', (succeeded, more, output, errors) => {
    const counts = done(succeeded, more)
    expect(shown({ ...ends, outcome: 'completed', counts })).toMatchObject({
      output_file_id: output,
      error_file_id: errors,
      request_counts: { total: 3, completed: succeeded, failed: counts.failed },
    })
    expect(shown({ counts })).toMatchObject({ output_file_id: null, error_file_id: null })
  })

  it('that was just made is validating, whatever became of it', () => {
    for (const more of [{}, { ...ends, outcome: 'failed', errors: '[{"code":"x"}]' }] as const) {
      const json = validatingJson(view(more))
      expect(json).toMatchObject({ status: 'validating', errors: null, request_counts: { total: 0 } })
      expect(timesOf(json)).toEqual({})
      expect(Object.keys(json)).toEqual(Object.keys(shown(more)))
    }
  })

  it('says why it waits', () => {
    const trouble = { code: 'key_refused', message: 'The provider refuses the key.' }
    expect(openaiBatchJson(view({}), () => trouble)).toMatchObject({ waiting: trouble })
    expect(openaiBatchJson(view({ ...ends, outcome: 'completed' }), () => trouble)).toMatchObject({
      waiting: null,
    })
  })
})
