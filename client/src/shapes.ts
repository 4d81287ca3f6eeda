/** What travels, as the native dialect writes it. Times are ISO texts, money decimal texts in USD. */

/** One request of a task list. */
export interface Task {
  readonly custom_id?: string
  readonly prompt: string
  /** Comes after the preset's own system prompt. */
  readonly system?: string
  readonly options?: SamplingOptions
}

export interface SamplingOptions {
  readonly temperature?: number
  readonly max_tokens?: number
  readonly [name: string]: unknown
}

/** One request of a conversation list: every element is a request of its own, not a turn. */
export interface InputItem {
  readonly role: 'user'
  readonly content: string | readonly unknown[] | { readonly id: string; readonly content: string }
  readonly custom_id?: string
}

interface CreateCommon {
  readonly model: string
  /** A preset of the installation, such as `summarization`. */
  readonly task?: string
  /** For all items. */
  readonly options?: SamplingOptions
  /** Default: what the installation says. */
  readonly lossy?: Lossy
}

/** At most 1,000 items unless the installation says otherwise. */
export type CreateBatch =
  | (CreateCommon & { readonly tasks: readonly Task[] })
  | (CreateCommon & { readonly input: readonly InputItem[] })

/** Cancelled, expired and rejected batches are `failed`; `error` says which. */
export type BatchStatus = 'in_progress' | 'completed' | 'failed'

export interface BatchError {
  readonly error: string
  readonly message: string
}

export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly cached_tokens: number
}

export interface BatchCounts {
  readonly total: number
  readonly succeeded: number
  readonly failed: number
  readonly expired: number
  readonly cancelled: number
}

export interface BatchCost {
  readonly currency: string
  /** What the batch costs so far, in USD: `0.001234`. */
  readonly batch: string
  /** What the same tokens cost in real time. */
  readonly real_time: string
  readonly saved: string
  readonly saved_percent: number | null
}

/** What became of one field of a batch's requests that the provider's format has no word for. */
export interface Loss {
  readonly model: string | null
  /** Its path in a request, with `[]` for all positions of a list. */
  readonly field: string
  /** `dropped`, `clamped`, `moved`, `defaulted` or `approximated`; another one is passed on as it comes. */
  readonly action: string
  /** How many requests have it. */
  readonly requests: number
  /** The custom_id of the first of them, what it gave, and what is sent. */
  readonly example: string | null
  readonly from: string | null
  readonly to: string | null
}

/** Whether requests are refused where a field would be dropped or changed. */
export type Lossy = 'refuse' | 'warn'

/** What the server makes of a batch before it is sent. */
export interface BatchCheck {
  readonly requests: number
  /** Whether a create would be taken as it is. */
  readonly accepted: boolean
  readonly losses: readonly Loss[]
}

/** What is null was not told: a server of the native dialect need not tell more than status and progress. */
export interface Batch {
  readonly batch_id: string
  readonly status: BatchStatus
  /** 0 to 100. */
  readonly progress: number
  readonly error: BatchError | null
  readonly counts: BatchCounts | null
  readonly usage: Usage | null
  readonly cost: BatchCost | null
  readonly created_at: string | null
  readonly ended_at: string | null
  /** Of the calls to the provider, in milliseconds. */
  readonly latency: { readonly mean_ms: number; readonly p99_ms: number } | null
  /** Why nothing is being done at the moment. */
  readonly waiting: { readonly code: string; readonly message: string } | null
  readonly losses: readonly Loss[]
}

export interface BatchResult {
  readonly custom_id: string
  /** 0-based place among the items of the batch. */
  readonly index: number | null
  /** `succeeded`, `failed`, `expired` or `cancelled`. */
  readonly status: string
  readonly output: string | null
  readonly model: string | null
  readonly finish_reason: string | null
  readonly usage: Usage | null
  /** Decimal text in USD. */
  readonly cost: string | null
  readonly error: { readonly code: string; readonly message: string } | null
}

/** While the batch runs, an item without an answer yet is left out. */
export interface BatchResults {
  readonly status: BatchStatus
  readonly error: BatchError | null
  /** In the order of the items. */
  readonly results: readonly BatchResult[]
}

/** A model that may be used with this key; further fields (prices) are passed through as they come. */
export interface Model {
  readonly id: string
  readonly [name: string]: unknown
}
