import type { BatchCounts, BatchOutcome } from '../batch/batch-life.ts'
import type { Nano } from '../money/nano.ts'

/** What whoever runs the installation may ask while it runs. Each is one short read. */
export interface StatusStore {
  /** Resolves where the store answers at all. */
  ping(): Promise<void>
  /** What waits and what is being worked on, over all accounts. */
  queue(): Promise<QueueStatus>
  /** A batch that has ended; undefined where it has not, or is not there. */
  ended(batch: string): Promise<EndedBatch | undefined>
}

export interface QueueStatus {
  readonly waiting: readonly WaitingShards[]
  readonly runningShards: number
  /** Bytes of answers in the journals of running shards. */
  readonly journalBytes: number
}

export interface WaitingShards {
  readonly model: string
  readonly shards: number
  /** Those that an earlier worker answered before it handed its shard back are among them. */
  readonly requests: number
}

export interface EndedBatch {
  readonly account: string
  readonly outcome: BatchOutcome
  readonly counts: BatchCounts
  readonly createdAt: number
  readonly endedAt: number
  readonly charge: Nano
  readonly cost: Nano
  readonly waste: Nano
  /** The trace context in which it was submitted. */
  readonly trace: string | null
}
