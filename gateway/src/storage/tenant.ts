import type { BatchCounts, BatchOutcome, BatchState, StopCause } from '../batch/batch-life.ts'
import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'
import type { NewShard, SegmentLayout, SegmentPart, SegmentPiece } from './shards.ts'
import type { FileStore } from './tenant-files.ts'
import type { UploadStore } from './tenant-uploads.ts'
import type { WebhookStore, WebhookView } from './tenant-webhooks.ts'
import type { WebhookOrder } from './webhooks.ts'

/**
 * What a handler of a client's dialect may ask of the store, for one account: what belongs to another
 * account answers as what does not exist. Times are milliseconds since 1970, of the store's clock.
 */
export interface TenantStore extends BatchStore, FileStore, UploadStore, WebhookStore {}

export interface BatchStore {
  accept(batch: NewBatch, source: BatchSource): Promise<AcceptOutcome>
  /** The batch that an earlier create made: by idempotency key, or by body among recent creates. */
  findCreate(query: CreateQuery): Promise<FoundCreate | undefined>
  batch(id: string): Promise<BatchView | undefined>
  /** Newest first. */
  batches(page: BatchPage): Promise<BatchView[]>
  /** Compare-and-set: the first cause wins. Undefined where there is no such batch. */
  stop(id: string, cause: StopCause): Promise<BatchView | undefined>
  /** Tombstones the batch at once and stops it if it runs. False where there is no such batch. */
  remove(id: string): Promise<boolean>
  /** What a shard has to show now: its segment, or what its journal holds. Undefined past the last shard. */
  output(batch: string, shard: number): Promise<ShardOutput | undefined>
  /** Of a shard that still runs: the finished lines whose bits are clear, in the order in which they were recorded. */
  finished(batch: string, shard: number, delivered: Uint8Array): Promise<FinishedLines | undefined>
  /** Where the requests of a shard lie, as `decodeIndex` reads it. Undefined past the last shard. */
  index(batch: string, shard: number): Promise<Uint8Array | undefined>
  /** One part of the sealed shards that no unsealed one precedes: it only grows at its end. */
  sealedPrefix(batch: string, part: SegmentPart): Promise<SegmentPiece[]>
  /** All sealed shards at one moment, and how much each has of the part. */
  sealedShards(batch: string, part: SegmentPart): Promise<SealedBytes[]>
}

export interface BatchPage {
  readonly limit: number
  /** The id of the last batch of the page before: those that are older … */
  readonly after?: string
  /** … or of the first one of the page behind: the nearest that are newer. */
  readonly before?: string
  /** Those that came in this dialect; all, where it is not given. */
  readonly dialect?: string
}

/** Where the requests of a new batch come from. */
export type BatchSource =
  | { readonly kind: 'shards'; readonly shards: readonly NewShard[] }
  /** The shards into which intake cut an uploaded file. */
  | { readonly kind: 'file'; readonly file: string }
  /** The failed and expired requests of an ended batch, or those among them that are named by index. */
  | { readonly kind: 'retry'; readonly batch: string; readonly only: Uint8Array | null }
  /** The input is refused: nothing runs, and the batch has failed from the start. */
  | { readonly kind: 'refused' }

export interface NewBatch {
  readonly id: string
  readonly apiKey: string
  readonly dialect: string
  readonly endpoint: string
  readonly model: string
  readonly task: string | null
  readonly blob: string
  readonly template: string
  readonly metadata: string
  readonly sell: string
  readonly hold: Nano
  readonly windowMs: number
  readonly retentionMs: number
  readonly total: number
  readonly create: CreateQuery
  readonly layout: SegmentLayout
  /** The uploaded file that the batch is made of, if any: then `blob` belongs to that file, or to the one whose requests are retried. */
  readonly file: string | null
  /** Output files are kept so long after the end; null: as long as the batch. */
  readonly outputMs: number | null
  /** JSON of the dialect's own: why the input is refused. */
  readonly errors: string | null
  /** JSON: what became of fields that a provider has no word for; null: nothing was lost. */
  readonly losses: string | null
  readonly retryOf: string | null
  /** The W3C trace context in which it is submitted. */
  readonly trace: string | null
  /** Told of this batch alone, beside the endpoints of its account. */
  readonly webhook: NewBatchWebhook | null
}

/** Without a secret of its own, that of the account signs. */
export interface NewBatchWebhook extends WebhookOrder {
  readonly id: string
}

/** A create as it was received: how one that is sent again is recognised. */
export interface CreateQuery {
  readonly apiKey: string
  readonly path: string
  readonly bodySha256: string
  readonly idempotencyKey: string | null
  /** The client library says that it sends this create again (`x-stainless-retry-count` above 0). */
  readonly again: boolean
}

export interface FoundCreate {
  readonly batch: BatchView
  readonly sameBody: boolean
}

export type AcceptOutcome =
  | { readonly kind: 'accepted'; readonly batch: BatchView }
  /** An earlier create of the same key and body made this batch; nothing new was stored. */
  | { readonly kind: 'repeated'; readonly batch: BatchView }
  /** The idempotency key was used with another body. */
  | { readonly kind: 'conflict'; readonly batch: BatchView }
  /** The file, or the batch to retry, is not there any more. */
  | { readonly kind: 'gone' }
  /** The batch to retry has no request of the kind. */
  | { readonly kind: 'nothing' }
  | OverLimit

/** The hold would take the key beyond what it may spend. */
export interface OverLimit {
  readonly kind: 'over_limit'
  readonly limit: Nano
  /** What is held for batches that run counts as spent. */
  readonly spent: Nano
  readonly hold: Nano
}

export interface BatchView {
  readonly id: string
  readonly account: string
  readonly dialect: string
  readonly endpoint: string
  /** Empty where it has several. */
  readonly model: string
  readonly models: readonly string[]
  readonly task: string | null
  readonly metadata: string
  readonly state: BatchState
  readonly cause: StopCause | null
  /** Set once the batch has ended. */
  readonly outcome: BatchOutcome | null
  readonly counts: BatchCounts
  readonly shards: number
  readonly usage: Usage
  readonly estimated: number
  readonly charge: Nano
  readonly listCharge: Nano
  readonly latency: { readonly meanMs: number; readonly p99Ms: number } | null
  readonly createdAt: number
  readonly windowEnd: number
  readonly endedAt: number | null
  readonly expiresAt: number | null
  readonly layout: SegmentLayout
  readonly file: string | null
  readonly blob: string
  readonly template: string
  readonly hold: Nano
  readonly errors: string | null
  readonly losses: string | null
  readonly retryOf: string | null
  readonly stoppedAt: number | null
  /** When the last request had its answer. */
  readonly answeredAt: number | null
  /** The endpoint that it brought along. */
  readonly webhook: WebhookView | null
}

export type ShardOutput = SealedShard | RunningShard

export interface SealedShard {
  readonly kind: 'segment'
  readonly blob: string
  readonly bytes: number
  /** Null where success and error lie together, or nothing failed. */
  readonly errors: SegmentPiece | null
  /** One byte a request, an index of ANSWER_KINDS; null where all succeeded. */
  readonly kinds: Uint8Array | null
  readonly count: number
  readonly id: number
  /** The shard of the retried batch that this one's requests come from, and their positions there as bits. */
  readonly retry: { readonly shard: number; readonly positions: Uint8Array } | null
}

export interface SealedBytes {
  /** Of the shard, in its batch. */
  readonly number: number
  readonly bytes: number
}

export interface RunningShard {
  readonly kind: 'lines'
  /** Finished lines in input order, each ending in a line feed. */
  readonly lines: Uint8Array
}

export interface FinishedLines {
  readonly lines: Uint8Array
  /** Positions of the lines, in the same order. */
  readonly positions: readonly number[]
  readonly count: number
}
