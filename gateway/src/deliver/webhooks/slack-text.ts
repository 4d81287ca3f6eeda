import { z } from 'zod'
import type { EventType } from '../../batch/events.ts'

// What we wrote ourselves, read again as far as a sentence needs it.
const batchFacts = z.object({
  id: z.string(),
  request_counts: z.object({
    total: z.int(),
    completed: z.int(),
    failed: z.int(),
    expired: z.int(),
    cancelled: z.int(),
  }),
  cost: z.object({ batch: z.string(), saved: z.string() }),
})

const endpointFacts = z.object({ id: z.string(), url: z.string().optional(), reason: z.string().optional() })

/** An event in a sentence, for a channel that people read. */
export const slackText = ({ type, data }: { readonly type: EventType; readonly data: string }): string => {
  const facts: unknown = JSON.parse(data)
  switch (type) {
    case 'webhook.test':
      return escaped(`This is a test of the webhook ${endpointFacts.parse(facts).id}.`)
    case 'webhook.disabled': {
      const { id, url = '', reason = '' } = endpointFacts.parse(facts)
      return escaped(`The webhook ${id} (${url}) is disabled: ${reason}.`)
    }
    case 'batch.created':
      return escaped(createdText(batchFacts.parse(facts)))
    case 'batch.cancelling':
      return escaped(`Batch ${batchFacts.parse(facts).id} is being cancelled.`)
    default:
      return escaped(endText(type.slice('batch.'.length), batchFacts.parse(facts)))
  }
}

const createdText = ({ id, request_counts: { total } }: z.infer<typeof batchFacts>): string =>
  `Batch ${id} was created with ${total.toLocaleString('en-US')} ${total === 1 ? 'request' : 'requests'}.`

const endText = (outcome: string, { id, request_counts, cost }: z.infer<typeof batchFacts>): string => {
  const { total, completed, ...unanswered } = request_counts
  const how = outcome === 'completed' || outcome === 'failed' ? outcome : `was ${outcome}`
  const counts = [
    `${completed.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} requests succeeded`,
    ...Object.entries(unanswered)
      .filter(([, count]) => count > 0)
      .map(([word, count]) => `${count.toLocaleString('en-US')} ${word}`),
  ].join(', ')
  if (total === 0) return `Batch ${id} ${how}: its file was refused, and nothing ran.`
  return `Batch ${id} ${how === 'was expired' ? 'expired' : how}: ${counts}. Cost ${cost.batch} USD, saved ${cost.saved} USD.`
}

/** The three characters that Slack reads as markup. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
