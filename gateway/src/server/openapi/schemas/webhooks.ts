import { z } from 'zod'
import { BATCH_EVENT_TYPES } from '../../../batch/events.ts'
import { DELIVERY_STATES, WEBHOOK_FORMATS } from '../../../storage/webhooks.ts'
import { listOf, time } from './common.ts'

const events = z
  .array(z.enum(BATCH_EVENT_TYPES))
  .min(1)
  .describe('Which events it gets; the four ends of a batch, where nothing is said.')

const format = z.enum(WEBHOOK_FORMATS).describe('"slack": a sentence as {"text": …}.')

const url = z.url({ protocol: /^https?$/ }).max(2_048)

const secret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]+=*$/)
  .describe('Signs what is sent: whsec_ and the base64 of 24 to 64 bytes.')

const order = {
  url,
  events: events.nullish(),
  format: format.nullish(),
  description: z.string().max(200).nullish(),
}

export const webhookBody = z
  .strictObject({ ...order, secret: secret.nullish() })
  .meta({ id: 'WebhookBody', description: 'An endpoint that events are sent to.' })

export const webhookChange = z.strictObject({
  ...order,
  url: url.nullish(),
  enabled: z.boolean().nullish(),
})

/** The member of a new batch. */
export const batchWebhookBody = z
  .union([url, webhookBody])
  .nullish()
  .describe("Told of this batch alone. Without a secret of its own, the account's signs.")

/** The member of a batch that is shown. */
export const batchWebhook = z
  .strictObject({ id: z.string(), url: z.string(), events, format, enabled: z.boolean() })
  .nullable()

const members = {
  id: z.string(),
  object: z.literal('webhook'),
  url: z.string(),
  events,
  format,
  description: z.string(),
  batch_id: z.string().nullable().describe('The batch that brought it along; null: of the account.'),
  enabled: z.boolean(),
  disabled_at: time.nullable(),
  disabled_reason: z.string().nullable(),
  failing_since: time.nullable().describe('The first failure since the last success.'),
  created_at: time,
}

export const webhook = z.strictObject(members).meta({ id: 'Webhook' })

export const webhookWithSecret = z
  .strictObject({ ...members, secret })
  .meta({ id: 'WebhookWithSecret', description: 'Its secret is shown this once.' })

export const webhooks = listOf(webhook)

export const deletedWebhook = z.strictObject({
  id: z.string(),
  object: z.literal('webhook'),
  deleted: z.literal(true),
})

export const webhookSecret = z.strictObject({ object: z.literal('webhook.secret'), secret })

export const delivery = z
  .strictObject({
    id: z.string().describe('Of its event, which receivers get as webhook-id.'),
    object: z.literal('webhook.delivery'),
    type: z.enum([...BATCH_EVENT_TYPES, 'webhook.test', 'webhook.disabled']),
    batch_id: z.string().nullable(),
    state: z.enum(DELIVERY_STATES),
    attempts: z.int(),
    last_attempts: z.array(
      z.strictObject({
        at: time,
        ms: z.int(),
        status: z.int().nullable().describe('Null where no answer came.'),
        error: z.string().nullable(),
      }),
    ),
    next_attempt_at: time.nullable(),
    created_at: time,
    ended_at: time.nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

export const deliveries = listOf(delivery)
