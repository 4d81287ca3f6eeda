import { Webhook } from 'standardwebhooks'
import type { DueDelivery } from '../../storage/deliveries.ts'
import { slackText } from './slack-text.ts'

export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An event as its receiver gets it, signed at the time of this attempt: the body is the same at each. */
export const messageOf = (delivery: DueDelivery, nowMs: number): WebhookMessage => {
  const { event, format, secrets } = delivery
  const body = format === 'slack' ? slackBody(delivery) : standardBody(delivery)
  // biome-ignore lint/style/noRestrictedGlobals: the library takes a stamp in this form, no clock is read
  const at = new Date(nowMs)
  return {
    headers: {
      'content-type': 'application/json',
      'user-agent': 'sheepfold',
      'webhook-id': event.id,
      'webhook-timestamp': String(seconds(nowMs)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(event.id, at, body)).join(' '),
    },
    body,
  }
}

/** OpenAI's members; there `data` has the id alone. */
const standardBody = ({ event }: DueDelivery): string =>
  JSON.stringify({
    id: event.id,
    object: 'event',
    created_at: seconds(event.createdAt),
    type: event.type,
    data: JSON.parse(event.data),
  })

const slackBody = ({ event }: DueDelivery): string => JSON.stringify({ text: slackText(event) })

const seconds = (ms: number): number => Math.floor(ms / 1_000)
