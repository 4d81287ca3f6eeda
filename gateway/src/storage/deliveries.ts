import type { EventType } from '../batch/events.ts'
import type { DeliveryAttempt, WebhookFormat } from './webhooks.ts'

/** What the station that delivers events may ask of the store. All times are those of the store's clock. */
export interface DeliveryStore {
  /**
   * What is to be sent now: of one endpoint and one batch only the earliest that is neither delivered nor given up.
   * Those of `skipAccounts`, and those that are on their way, are left out.
   */
  due(order: DueOrder): Promise<DueDelivery[]>
  /** Records an attempt after it was made, and what follows from it. */
  record(attempt: RecordedAttempt): Promise<AttemptReceipt>
  /** Forgets events whose time is over, once nothing of them is on its way; gives how many. */
  forgetEvents(max: number): Promise<number>
}

export interface DueOrder {
  readonly max: number
  readonly skipAccounts: readonly string[]
  readonly onTheWay: readonly DeliveryRef[]
}

export interface DeliveryRef {
  readonly endpoint: string
  readonly seq: number
}

export interface DueDelivery extends DeliveryRef {
  readonly account: string
  readonly event: {
    readonly id: string
    readonly type: EventType
    readonly createdAt: number
    /** JSON. */
    readonly data: string
  }
  readonly url: string
  readonly format: WebhookFormat
  /** Each of them signs: for a while after a change the old one does too. */
  readonly secrets: readonly string[]
  /** Attempts of this round so far. */
  readonly tries: number
}

export interface RecordedAttempt {
  readonly delivery: DeliveryRef
  readonly attempt: Omit<DeliveryAttempt, 'at'>
  readonly outcome: AttemptOutcome
  /** The round of a delivery that was first tried so long ago ends with this attempt. */
  readonly roundMs: number
  /** For an event that tells of a disabled endpoint, should it come to that, and how long it is kept. */
  readonly notice: { readonly eventId: string; readonly keptMs: number }
}

export type AttemptOutcome =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly retryMs: number }
  /** The receiver says that it does not want to be called any more. */
  | { readonly kind: 'gone' }

export interface AttemptReceipt {
  /** The endpoint was disabled by this attempt. */
  readonly disabled: { readonly endpoint: string; readonly account: string; readonly reason: string } | null
}
