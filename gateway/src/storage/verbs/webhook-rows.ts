import { BATCH_EVENT_TYPES, type BatchEventType, type EventType } from '../../batch/events.ts'
import { InvariantBroken } from '../errors.ts'
import { int, intOrNull, oneOf, text, textOrNull } from '../rows.ts'
import type { Row } from '../sql.ts'
import type { DeliveryView, WebhookView } from '../tenant-webhooks.ts'
import { DELIVERY_STATES, type DeliveryAttempt, WEBHOOK_FORMATS } from '../webhooks.ts'

export const EVENT_TYPES: readonly EventType[] = [...BATCH_EVENT_TYPES, 'webhook.test', 'webhook.disabled']

/** The view of a row of `webhook_endpoint`. Its secret is no part of it: it is shown once. */
export const webhookOf = (row: Row): WebhookView => {
  const disabledAt = intOrNull(row, 'disabled_at')
  return {
    id: text(row, 'id'),
    batch: textOrNull(row, 'batch'),
    url: text(row, 'url'),
    format: oneOf(row, 'format', WEBHOOK_FORMATS),
    events: eventsOf(row),
    description: text(row, 'description'),
    createdAt: int(row, 'created_at'),
    failingSince: intOrNull(row, 'failing_since'),
    disabled: disabledAt === null ? null : { at: disabledAt, reason: text(row, 'disabled_reason') },
  }
}

const eventsOf = (row: Row): BatchEventType[] => {
  const listed: unknown = JSON.parse(text(row, 'events'))
  const events = BATCH_EVENT_TYPES.filter((type) => Array.isArray(listed) && listed.includes(type))
  if (!Array.isArray(listed) || events.length !== listed.length) {
    throw new InvariantBroken(`a webhook subscribes to ${text(row, 'events')}`)
  }
  return events
}

/** The view of a row of `webhook_delivery`, with `type` and `created_at` of its event. */
export const deliveryOf = (row: Row): DeliveryView => {
  const state = oneOf(row, 'state', DELIVERY_STATES)
  return {
    id: text(row, 'event'),
    type: oneOf(row, 'type', EVENT_TYPES),
    batch: textOrNull(row, 'batch'),
    state,
    attempts: int(row, 'attempts'),
    log: attemptsOf(text(row, 'log')),
    createdAt: int(row, 'created_at'),
    nextAt: state === 'pending' ? int(row, 'next_at') : null,
    endedAt: intOrNull(row, 'ended_at'),
  }
}

export const attemptsOf = (log: string): DeliveryAttempt[] => {
  const attempts: unknown = JSON.parse(log)
  if (!Array.isArray(attempts) || !attempts.every(isAttempt)) {
    throw new InvariantBroken(`the attempts of a delivery are ${log.slice(0, 200)}`)
  }
  return attempts
}

const isAttempt = (value: unknown): value is DeliveryAttempt =>
  typeof value === 'object' &&
  value !== null &&
  'at' in value &&
  typeof value.at === 'number' &&
  'ms' in value &&
  typeof value.ms === 'number' &&
  'status' in value &&
  (value.status === null || typeof value.status === 'number') &&
  'error' in value &&
  (value.error === null || typeof value.error === 'string')
