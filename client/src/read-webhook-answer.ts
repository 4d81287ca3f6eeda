import type { CreatedWebhook, WebhookDelivery, WebhookEndpoint } from './webhook-shapes.ts'
import { type Fields, fieldsOf, isFields, numberOf, textOf, unexpected } from './wire.ts'

export const readWebhook = (body: unknown): WebhookEndpoint => {
  const fields = fieldsOf(body)
  return {
    id: requiredText(fields, 'id'),
    url: requiredText(fields, 'url'),
    events: Array.isArray(fields.events) ? fields.events.map(String) : [],
    format: textOf(fields.format) ?? '',
    description: textOf(fields.description) ?? '',
    batch_id: textOf(fields.batch_id),
    enabled: fields.enabled === true,
    disabled_reason: textOf(fields.disabled_reason),
    failing_since: textOf(fields.failing_since),
    created_at: textOf(fields.created_at),
  }
}

export const readCreatedWebhook = (body: unknown): CreatedWebhook => ({
  ...readWebhook(body),
  secret: readSecret(body),
})

export const readSecret = (body: unknown): string => requiredText(fieldsOf(body), 'secret')

export const readDelivery = (body: unknown): WebhookDelivery => {
  const fields = fieldsOf(body)
  const attempts: unknown[] = Array.isArray(fields.last_attempts) ? fields.last_attempts : []
  const last = attempts.at(-1)
  return {
    id: requiredText(fields, 'id'),
    type: textOf(fields.type) ?? '',
    batch_id: textOf(fields.batch_id),
    state: requiredText(fields, 'state'),
    attempts: numberOf(fields.attempts) ?? 0,
    last_error: isFields(last) ? textOf(last.error) : null,
    next_attempt_at: textOf(fields.next_attempt_at),
    created_at: textOf(fields.created_at),
  }
}

const requiredText = (fields: Fields, name: string): string => {
  const text = textOf(fields[name])
  if (text === null) throw unexpected(`has no text in "${name}"`, fields)
  return text
}
