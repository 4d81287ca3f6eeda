import type { BatchEventType, EventType } from '../batch/events.ts'
import type { DeliveryAttempt, DeliveryState, WebhookFormat, WebhookOrder } from './webhooks.ts'

/** The webhooks of one account: its endpoints and those of its batches, and what was sent to them. */
export interface WebhookStore {
  /** Undefined where the account has `max` endpoints already. */
  createWebhook(webhook: NewWebhook, max: number): Promise<WebhookView | undefined>
  webhook(id: string): Promise<WebhookView | undefined>
  /** Those of the account, newest first. */
  webhooks(page: WebhookPage): Promise<WebhookView[]>
  /** What is absent stays. Undefined where there is no such endpoint. */
  changeWebhook(id: string, change: WebhookChange): Promise<WebhookView | undefined>
  removeWebhook(id: string): Promise<boolean>
  /** The old secret signs as well for `oldMs`. False where there is no such endpoint. */
  rotateWebhook(id: string, secret: string, oldMs: number): Promise<boolean>
  /** Sends the endpoint an event that is only about itself. */
  testWebhook(id: string, test: WebhookTest): Promise<DeliveryView | 'disabled' | undefined>
  /** The account's own secret; where it has none yet, `fresh` from now on. */
  webhookSecret(fresh: string): Promise<string>
  rotateWebhookSecret(secret: string, oldMs: number): Promise<void>
  deliveries(webhook: string, page: WebhookPage): Promise<DeliveryView[]>
  /** Sends it once more, now. `disabled`: its endpoint is not called. */
  replay(webhook: string, event: string): Promise<DeliveryView | 'disabled' | undefined>
}

export interface NewWebhook extends WebhookOrder {
  readonly id: string
  readonly secret: string
}

export interface WebhookPage {
  readonly limit: number
  /** The last of the page before. */
  readonly after?: string | undefined
}

export interface WebhookChange {
  readonly url?: string | undefined
  readonly format?: WebhookFormat | undefined
  readonly events?: readonly BatchEventType[] | undefined
  readonly description?: string | undefined
  readonly enabled?: boolean | undefined
}

export interface WebhookTest {
  readonly eventId: string
  /** JSON. */
  readonly data: string
  readonly keptMs: number
}

export interface WebhookView {
  readonly id: string
  /** The batch whose own it is; null: the account's. */
  readonly batch: string | null
  readonly url: string
  readonly format: WebhookFormat
  readonly events: readonly BatchEventType[]
  readonly description: string
  readonly createdAt: number
  readonly failingSince: number | null
  readonly disabled: { readonly at: number; readonly reason: string } | null
}

export interface DeliveryView {
  /** The id of its event, which receivers get as `webhook-id`. */
  readonly id: string
  readonly type: EventType
  readonly batch: string | null
  readonly state: DeliveryState
  readonly attempts: number
  /** The last ones, oldest first. */
  readonly log: readonly DeliveryAttempt[]
  readonly createdAt: number
  /** Null where nothing more is tried. */
  readonly nextAt: number | null
  readonly endedAt: number | null
}
