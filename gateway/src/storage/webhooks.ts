import type { BatchEventType } from '../batch/events.ts'

/** How an event is written for its receiver. */
export type WebhookFormat = 'standard' | 'slack'

export const WEBHOOK_FORMATS: readonly WebhookFormat[] = ['standard', 'slack']

/** `skipped`: its endpoint was disabled; like one that has failed it can be sent by hand. */
export type DeliveryState = 'pending' | 'delivered' | 'failed' | 'skipped'

export const DELIVERY_STATES: readonly DeliveryState[] = ['pending', 'delivered', 'failed', 'skipped']

/** What a client says of an endpoint. */
export interface WebhookOrder {
  readonly url: string
  readonly format: WebhookFormat
  readonly events: readonly BatchEventType[]
  readonly description: string
  /** `whsec_…`; null: one is made, or that of the account serves. */
  readonly secret: string | null
}

/** One try to deliver, as it is listed. */
export interface DeliveryAttempt {
  readonly at: number
  readonly ms: number
  /** Of the answer; null where none came. */
  readonly status: number | null
  /** Null where it was delivered. */
  readonly error: string | null
}
