import type { DeliveryView, WebhookView } from '../../storage/tenant-webhooks.ts'

/** An endpoint as it is shown; its secret is shown once, by what made it. */
export const webhookJson = (webhook: WebhookView): Readonly<Record<string, unknown>> => ({
  id: webhook.id,
  object: 'webhook',
  url: webhook.url,
  events: webhook.events,
  format: webhook.format,
  description: webhook.description,
  batch_id: webhook.batch,
  enabled: webhook.disabled === null,
  disabled_at: isoOrNull(webhook.disabled?.at ?? null),
  disabled_reason: webhook.disabled?.reason ?? null,
  failing_since: isoOrNull(webhook.failingSince),
  created_at: iso(webhook.createdAt),
})

/** The same in the JSON of the batch that brought it along. */
export const batchWebhookJson = (webhook: WebhookView | null): unknown => {
  if (webhook === null) return null
  const { id, url, events, format, disabled } = webhook
  return { id, url, events, format, enabled: disabled === null }
}

export const deliveryJson = (delivery: DeliveryView): Readonly<Record<string, unknown>> => ({
  id: delivery.id,
  object: 'webhook.delivery',
  type: delivery.type,
  batch_id: delivery.batch,
  state: delivery.state,
  attempts: delivery.attempts,
  last_attempts: delivery.log.map(({ at, ms, status, error }) => ({ at: iso(at), ms, status, error })),
  next_attempt_at: isoOrNull(delivery.nextAt),
  created_at: iso(delivery.createdAt),
  ended_at: isoOrNull(delivery.endedAt),
})

// biome-ignore lint/style/noRestrictedGlobals: writes a stamp of the store's clock, reads none
const iso = (ms: number): string => new Date(ms).toISOString()

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms))
