import type { BatchCounts, BatchOutcome, BatchState, StopCause } from '../batch/batch-life.ts'
import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'

/**
 * What a handler of a client's dialect may ask of the store, for one account: what belongs to another
 * account answers as what does not exist. Times are milliseconds since 1970, of the store's clock.
 */
export interface TenantStore {
  accept(batch: NewBatch, shards: readonly NewShard[]): Promise<AcceptOutcome>
  /** The batch that an earlier create made: by idempotency key, or by body among recent creates. */
  findCreate(query: CreateQuery): Promise<FoundCreate | undefined>
  batch(id: string): Promise<BatchView | undefined>
  /** Newest first; `after` is the id of the last batch of the page before. */
  batches(page: { limit: number; after?: string }): Promise<BatchView[]>
  /** Compare-and-set: the first cause wins. Undefined where there is no such batch. */
  stop(id: string, cause: StopCause): Promise<BatchView | undefined>
  /** Tombstones the batch at once and stops it if it runs. False where there is no such batch. */
  remove(id: string): Promise<boolean>
  /** What a shard has to show now: its segment, or what its journal holds. Undefined past the last shard. */
  output(batch: string, shard: number): Promise<ShardOutput | undefined>
}

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

export interface NewShard {
  readonly number: number
  readonly model: string
  readonly endpoint: string
  readonly count: number
  readonly index: Uint8Array
}

export type AcceptOutcome =
  | { readonly kind: 'accepted'; readonly batch: BatchView }
  /** An earlier create of the same key and body made this batch; nothing new was stored. */
  | { readonly kind: 'repeated'; readonly batch: BatchView }
  /** The idempotency key was used with another body. */
  | { readonly kind: 'conflict'; readonly batch: BatchView }

export interface BatchView {
  readonly id: string
  readonly account: string
  readonly dialect: string
  readonly endpoint: string
  readonly model: string
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
}

export type ShardOutput =
  | { readonly kind: 'segment'; readonly blob: string; readonly bytes: number }
  /** Finished lines in input order, each ending in a line feed. */
  | { readonly kind: 'lines'; readonly lines: Uint8Array }
