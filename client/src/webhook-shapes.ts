/** What travels about webhooks. Times are ISO texts. */

export type BatchEventType =
  | 'batch.created'
  | 'batch.cancelling'
  | 'batch.completed'
  | 'batch.failed'
  | 'batch.expired'
  | 'batch.cancelled'

export interface CreateWebhook {
  readonly url: string
  /** Default: the four ends of a batch. */
  readonly events?: readonly BatchEventType[]
  /** Default `standard`; `slack`: a sentence for people. */
  readonly format?: 'standard' | 'slack'
  readonly description?: string
  /** `whsec_…`; default: one is made. */
  readonly secret?: string
}

export interface ChangeWebhook extends Partial<Omit<CreateWebhook, 'secret'>> {
  readonly enabled?: boolean
}

export interface WebhookEndpoint {
  readonly id: string
  readonly url: string
  readonly events: readonly string[]
  readonly format: string
  readonly description: string
  /** The batch that brought it along; null: of the account. */
  readonly batch_id: string | null
  readonly enabled: boolean
  readonly disabled_reason: string | null
  readonly failing_since: string | null
  readonly created_at: string | null
}

/** As its create shows it, this once. */
export interface CreatedWebhook extends WebhookEndpoint {
  readonly secret: string
}

export interface WebhookDelivery {
  /** Of its event: what receivers get as `webhook-id`. */
  readonly id: string
  readonly type: string
  readonly batch_id: string | null
  readonly state: 'pending' | 'delivered' | 'failed' | 'skipped' | (string & {})
  readonly attempts: number
  /** Why the last attempt failed; null where it did not, or there was none. */
  readonly last_error: string | null
  readonly next_attempt_at: string | null
  readonly created_at: string | null
}
