import { expect, it } from 'vitest'
import { type BatchFacts, batchEventData, type EventType } from '../../batch/events.ts'
import { slackText } from './slack-text.ts'

const told = (type: EventType, counts: Partial<BatchFacts['counts']> = {}): string =>
  slackText({
    type,
    data: batchEventData({
      id: 'batch_b',
      status: 'x',
      counts: { total: 1_200, succeeded: 1_200, failed: 0, expired: 0, cancelled: 0, ...counts },
      charge: 1_230_000n,
      listCharge: 2_460_000n,
    }),
  })

it.each([
  ['batch.created', {}, 'Batch batch_b was created with 1,200 requests.'],
  ['batch.created', { total: 1 }, 'Batch batch_b was created with 1 request.'],
  ['batch.cancelling', {}, 'Batch batch_b is being cancelled.'],
  [
    'batch.completed',
    { succeeded: 1_198, failed: 2 },
    'Batch batch_b completed: 1,198 of 1,200 requests succeeded, 2 failed. Cost 0.00123 USD, saved 0.00123 USD.',
  ],
  [
    'batch.expired',
    { succeeded: 1_000, expired: 200 },
    'Batch batch_b expired: 1,000 of 1,200 requests succeeded, 200 expired. Cost 0.00123 USD, saved 0.00123 USD.',
  ],
  [
    'batch.cancelled',
    { succeeded: 0, failed: 1, cancelled: 1_199 },
    'Batch batch_b was cancelled: 0 of 1,200 requests succeeded, 1 failed, 1,199 cancelled. Cost 0.00123 USD, saved 0.00123 USD.',
  ],
  [
    'batch.failed',
    { total: 0, succeeded: 0 },
    'Batch batch_b failed: its file was refused, and nothing ran.',
  ],
] as const)('tells of %s %j', (type, counts, text) => {
  expect(told(type, counts)).toBe(text)
})

it('tells of endpoints, with what Slack would read as markup written out', () => {
  const disabled = JSON.stringify({ id: 'webhook_w', url: 'https://h/?a=<b>&c', batch: null, reason: 'gone' })
  expect(slackText({ type: 'webhook.disabled', data: disabled })).toBe(
    'The webhook webhook_w (https://h/?a=&lt;b&gt;&amp;c) is disabled: gone.',
  )
  expect(slackText({ type: 'webhook.test', data: '{"id":"webhook_w"}' })).toBe(
    'This is a test of the webhook webhook_w.',
  )
})
