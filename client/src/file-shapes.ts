import type { MessageBatch } from './message-shapes.ts'
import type { Batch, Loss, Lossy } from './shapes.ts'

/** What travels in OpenAI's dialect of files and batches. Times are Unix seconds. */

export interface StoredFile {
  readonly id: string
  readonly filename: string
  readonly bytes: number
  readonly purpose: string
  readonly status: string | null
  readonly created_at: number | null
  readonly expires_at: number | null
}

export interface Upload {
  /** Read anew for each attempt; a blob of `fs.openAsBlob` takes no memory. */
  readonly content: Blob | string
  readonly filename: string
  /** Default `batch`. */
  readonly purpose?: string
}

/** Any other status that a server may have is passed on as it comes. */
export type FileBatchStatus =
  | 'validating'
  | 'failed'
  | 'in_progress'
  | 'finalizing'
  | 'completed'
  | 'expired'
  | 'cancelling'
  | 'cancelled'
  | (string & {})

/** A batch that was made of a file. */
export interface FileBatch {
  readonly id: string
  readonly status: FileBatchStatus
  readonly endpoint: string | null
  readonly model: string | null
  readonly input_file_id: string | null
  readonly output_file_id: string | null
  readonly error_file_id: string | null
  /** Why it was refused; `line` counts from 1. */
  readonly errors: readonly FileBatchError[]
  readonly request_counts: { readonly total: number; readonly completed: number; readonly failed: number }
  readonly usage: FileBatchUsage | null
  readonly metadata: Readonly<Record<string, string>>
  readonly created_at: number | null
  /** When it came to its end, whichever that was. */
  readonly ended_at: number | null
  /** Why nothing is being done at the moment, where the server tells. */
  readonly waiting: { readonly code: string; readonly message: string } | null
  /** The batch whose failed requests these are. */
  readonly retry_of: string | null
  readonly losses: readonly Loss[]
}

export interface FileBatchError {
  readonly code: string | null
  readonly message: string
  readonly line: number | null
}

export interface FileBatchUsage {
  readonly input_tokens: number
  readonly cached_tokens: number
  readonly output_tokens: number
  readonly total_tokens: number
}

export interface CreateFileBatch {
  readonly input_file_id: string
  /** Default `/v1/chat/completions`. */
  readonly endpoint?: string
  /** Default `24h`. */
  readonly completion_window?: string
  readonly metadata?: Readonly<Record<string, string>>
  /** Of this server's own: whether requests are refused where a field would be lost. */
  readonly lossy?: Lossy
}

/** One address shows batches of all dialects, each in its own. */
export type AnyBatch =
  | { readonly dialect: 'native'; readonly batch: Batch }
  | { readonly dialect: 'openai'; readonly batch: FileBatch }
  | { readonly dialect: 'anthropic'; readonly batch: MessageBatch }

export interface Page<T> {
  readonly data: readonly T[]
  /** The next page comes `after` the id of the last of these. */
  readonly has_more: boolean
}

/** What is finished since the cursor that was given, in the order in which it was finished. */
export interface FinishedPage {
  /** As the batch's own dialect has it. */
  readonly status: string
  /** Lines of the batch's own dialect. */
  readonly results: readonly unknown[]
  readonly next_cursor: string
  /** More is finished already than one page holds. */
  readonly has_more: boolean
}
