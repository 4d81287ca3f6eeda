import type { Loss } from './shapes.ts'

/** What travels in Anthropic's dialect of batches. Times are ISO texts. */

/** Any other status that a server may have is passed on as it comes. */
export type ProcessingStatus = 'in_progress' | 'canceling' | 'ended' | (string & {})

/** A batch of messages. */
export interface MessageBatch {
  readonly id: string
  readonly processing_status: ProcessingStatus
  /** Until the batch has ended all are in `processing`. */
  readonly request_counts: MessageBatchCounts
  readonly created_at: string | null
  readonly expires_at: string | null
  readonly ended_at: string | null
  readonly cancel_initiated_at: string | null
  /** Where its results are, once it has ended. */
  readonly results_url: string | null
  readonly losses: readonly Loss[]
}

export interface MessageBatchCounts {
  readonly processing: number
  readonly succeeded: number
  readonly errored: number
  readonly canceled: number
  readonly expired: number
}
