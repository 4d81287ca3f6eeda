import type { AnyBatch, MessageBatch } from '@sheepfold/client'
import { describe, expect, it } from 'vitest'
import { batchText, isEnded, statusOf } from './batch-text.ts'
import { plainBatch } from './plain-batch.ts'

const running: MessageBatch = {
  id: 'msgbatch_1',
  processing_status: 'in_progress',
  request_counts: { processing: 1_234, succeeded: 0, errored: 0, canceled: 0, expired: 0 },
  created_at: '2026-01-01T00:00:00Z',
  expires_at: '2026-01-02T00:00:00Z',
  ended_at: null,
  cancel_initiated_at: null,
  results_url: null,
  losses: [],
}

const ofMessages = (more: Partial<MessageBatch> = {}): AnyBatch => ({
  dialect: 'anthropic',
  batch: { ...running, ...more },
})

const ended = ofMessages({
  processing_status: 'ended',
  request_counts: { processing: 0, succeeded: 1_000, errored: 200, canceled: 30, expired: 4 },
  ended_at: '2026-01-01T00:01:00Z',
  cancel_initiated_at: '2026-01-01T00:00:30Z',
  results_url: 'http://sheepfold/v1/messages/batches/msgbatch_1/results',
  losses: [{ model: 'm', field: 'top_k', action: 'dropped', requests: 2, example: 'a', from: '7', to: null }],
})

describe('a message batch', () => {
  it.each(['in_progress', 'canceling', 'resting'])('runs while its status is %s', (processing_status) => {
    const any = ofMessages({ processing_status })
    expect(isEnded(statusOf(any))).toBe(false)
    expect(plainBatch(any)).toMatchObject({
      batch_id: 'msgbatch_1',
      status: 'in_progress',
      progress: 0,
      counts: { total: 1_234, succeeded: 0, failed: 0, expired: 0, cancelled: 0 },
    })
  })

  it('ends with counts that tell how', () => {
    expect(isEnded(statusOf(ended))).toBe(true)
    expect(plainBatch(ended)).toMatchObject({
      status: 'completed',
      progress: 100,
      counts: { total: 1_234, succeeded: 1_000, failed: 200, expired: 4, cancelled: 30 },
      ended_at: '2026-01-01T00:01:00Z',
    })
  })

  it('is shown in its own words, with what there is to tell', () => {
    expect(batchText(ofMessages())).toBe(
      [
        'batch     msgbatch_1',
        'status    in_progress',
        'requests  1,234',
        'created   2026-01-01 00:00:00Z',
        'expires   2026-01-02 00:00:00Z',
      ].join('\n'),
    )
    expect(batchText(ended)).toBe(
      [
        'batch       msgbatch_1',
        'status      ended',
        'requests    1,234, 1,000 succeeded, 200 failed, 4 expired, 30 cancelled',
        'results     http://sheepfold/v1/messages/batches/msgbatch_1/results',
        'translated  dropped top_k (7) in 2 requests, a first',
        'created     2026-01-01 00:00:00Z',
        'cancelled   2026-01-01 00:00:30Z',
        'ended       2026-01-01 00:01:00Z',
      ].join('\n'),
    )
  })
})
