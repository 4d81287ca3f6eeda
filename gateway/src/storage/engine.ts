import type { StopCause } from '../batch/batch-life.ts'
import type { Nano } from '../money/nano.ts'
import type { StatusStore } from './status.ts'
import type { UsageStore } from './usage.ts'

/**
 * What the stations may ask of the store: verbs with plain data; no transaction and no SQL crosses this
 * seam. Handlers of a client's dialect cannot import it (a checked rule): they hold a TenantStore.
 * All times are milliseconds of the store's own clock.
 */
export interface EngineStore
  extends WorkerStore,
    ShardStore,
    TimeStore,
    FileTimeStore,
    GateStore,
    UsageStore,
    StatusStore {}

export interface WorkerStore {
  /** Enters an incarnation of a worker. `alone`: every earlier one is dead, and is fenced at once. */
  join(worker: string, options: { leaseMs: number; alone: boolean }): Promise<void>
  /** Prolongs the lease of a live worker; `alive: false` once it has run out, or was fenced. */
  renew(worker: string, leaseMs: number): Promise<{ alive: boolean }>
  /** Fences workers whose lease has run out: their shards wait again, with one more crash. */
  fence(): Promise<{ shards: number }>
  /** Ends an incarnation in good order; what it still held waits again, without a crash. */
  leave(worker: string): Promise<void>
}

export interface ClaimOrder extends Unwanted {
  readonly worker: string
  readonly max: number
}

/** Shards that a worker does not want now, unless their batch stops: then they only need their seal. */
export interface Unwanted {
  readonly skipModels: readonly string[]
  readonly sated: readonly Sated[]
}

/** An account of which enough is at hand, but for shards of the model whose window ends before then. */
export interface Sated {
  readonly account: string
  readonly model: string
  readonly windowEnd: number
}

/** A shard as its owner needs it. */
export interface ClaimedShard {
  readonly id: number
  readonly epoch: number
  readonly batch: string
  readonly account: string
  readonly dialect: string
  readonly endpoint: string
  readonly model: string
  readonly number: number
  readonly count: number
  /** How many times a worker died holding it. */
  readonly crashes: number
  /** The request that was alone in flight when the last worker died, and how many in a row died with it. */
  readonly accused: { readonly position: number; readonly deaths: number } | null
  readonly done: Uint8Array
  readonly blob: string
  /** Encoded by intake: where each request's id and body lie in the blob. */
  readonly index: Uint8Array
  /** Encoded by the dialect: what all requests of the batch share. */
  readonly template: string
  /** Encoded by money: the frozen sell price. */
  readonly sell: string
  /** The store's clock at the claim: the owner measures what is left of the window from there. */
  readonly claimedAt: number
  readonly windowEnd: number
  readonly cause: StopCause | null
  /** The W3C trace context in which its batch was submitted. */
  readonly trace: string | null
}

export interface ShardRef {
  readonly shard: number
  readonly epoch: number
  readonly worker: string
}

export interface AppendPart {
  readonly shard: number
  /** Entries, see `answer-frame.ts`. */
  readonly frame: Uint8Array
  /** Provider cost that bought no recorded answer: booked whether or not an entry is taken. */
  readonly waste: Nano
}

/** One group commit. The id is the worker's incarnation and a number that grows by one a group. */
export interface AppendGroup {
  readonly worker: string
  readonly number: number
  readonly parts: readonly AppendPart[]
}

export interface AppendReceipt {
  readonly shard: number
  /**
   * `taken`: recorded now. `repeated`: this very append was recorded before; nothing changed.
   * `gone`: the shard was removed with its batch.
   */
  readonly kind: 'taken' | 'repeated' | 'gone'
  readonly taken: number
  /** Entries for requests that had their answer already: their cost went to waste. */
  readonly duplicates: number
  readonly remaining: number
}

export type SealReceipt =
  | { readonly kind: 'sealed'; readonly batchEnded: boolean }
  /** The shard belongs to another epoch, or is sealed: nothing was changed. */
  | { readonly kind: 'lost' }

export interface ShardStore {
  claim(order: ClaimOrder): Promise<ClaimedShard[]>
  append(group: AppendGroup): Promise<AppendReceipt[]>
  /** Ends a shard whose every request has its answer. Rejects where one lacks: a broken invariant. */
  seal(ref: ShardRef): Promise<SealReceipt>
  /** Hands a shard back. `lost` where it is no longer the caller's. */
  release(ref: ShardRef): Promise<{ kind: 'released' | 'lost' }>
  /** Records which request runs alone now, before it is sent: a crash then names the culprit. */
  suspect(ref: ShardRef, position: number | null): Promise<{ kind: 'recorded' | 'lost' }>
}

export interface TimeStore {
  /** Stops batches whose window has ended, and tells a worker what it holds and what of that is to stop. */
  tick(worker: string): Promise<WorkerNews>
  /** Whether it has ended, or is not there any more. */
  hasEnded(batch: string): Promise<boolean>
  /** Tombstones batches past their retention, then names up to `max` deleted, ended batches with bytes. */
  expire(max: number): Promise<PurgeableBatch[]>
  /** Forgets what a deleted batch left in the database; its money stays. */
  purged(batch: string): Promise<void>
  /** Which of these batches there are: what lies under another's name in the blobs is an orphan. */
  existing(batches: readonly string[]): Promise<string[]>
  /** The batches that have not ended: what else lies among the segments of one is an orphan. */
  unfinished(): Promise<UnfinishedBatch[]>
}

/** Files and uploads whose time is over. */
export interface FileTimeStore {
  /** Tombstones files past their expiry, then names up to `max` deleted ones that no running batch needs. */
  expireFiles(max: number): Promise<Purgeable[]>
  filePurged(id: string): Promise<void>
  /** Names uploads whose parts nobody needs any more. */
  expireUploads(max: number): Promise<Purgeable[]>
  uploadPurged(id: string): Promise<void>
  /** Which of these files still have bytes: what lies under another's name in the blobs is an orphan. */
  existingFiles(files: readonly string[]): Promise<string[]>
  /** Forgets uploads that their process left unfinished; only for one that is alone. */
  dropUnfinishedFiles(): Promise<number>
}

export interface Purgeable {
  readonly id: string
  readonly blobs: readonly string[]
}

export interface WorkerNews {
  readonly stopping: ReadonlyArray<{ readonly batch: string; readonly cause: StopCause }>
  /** Its running shards. One that it does not know of came with a claim whose reply was lost. */
  readonly held: readonly ShardRef[]
}

export interface PurgeableBatch {
  readonly batch: string
  readonly blobs: readonly string[]
}

export interface UnfinishedBatch {
  readonly batch: string
  /** Those that its sealed shards name. */
  readonly segments: readonly string[]
}

/** What a gate learnt, and whether it stands open: shared by restarts and by whoever reports it. */
export interface GateRecord {
  readonly deployment: string
  /** JSON of the gate's own making. */
  readonly learned: string
  /** Set while the deployment is shut: why nothing is sent there. */
  readonly shut: { readonly code: string; readonly message: string } | null
}

export interface GateStore {
  gates(): Promise<GateRecord[]>
  saveGates(records: readonly GateRecord[]): Promise<void>
}
