/**
 * The life of a batch.
 *
 *   running ──stop(cause)──▶ stopping ──last seal──▶ ended
 *      └────────────────────last seal─────────────────▲
 *
 * The first terminal cause wins; the seal of the last shard ends the batch. Deletion is a tombstone
 * beside the state, not a state: a deleted batch still drains, seals and posts.
 */
export type BatchState = 'running' | 'stopping' | 'ended'
export type StopCause = 'cancel' | 'deadline' | 'delete' | 'budget'
export type BatchOutcome = 'completed' | 'cancelled' | 'expired' | 'failed'

export interface BatchCounts {
  readonly total: number
  readonly succeeded: number
  readonly failed: number
  readonly expired: number
  readonly cancelled: number
}

/** Which edges there are. Every write of a state names the state it leaves, and loses where that changed. */
export const BATCH_EDGES: ReadonlyArray<readonly [from: BatchState, to: BatchState]> = [
  ['running', 'stopping'],
  ['running', 'ended'],
  ['stopping', 'ended'],
]

/**
 * What became of an ended batch. A stop that came too late to leave any request unanswered changed
 * nothing: such a batch is completed. All requests failing is a completed batch with failed requests.
 */
export const outcomeOf = (cause: StopCause | null, counts: BatchCounts): BatchOutcome => {
  if (counts.expired + counts.cancelled === 0) return 'completed'
  switch (cause) {
    case 'deadline':
      return 'expired'
    case 'cancel':
    case 'delete':
      return 'cancelled'
    case 'budget':
      return 'failed'
    case null:
      throw new Error('a batch with unanswered requests ended without a cause')
  }
}

/** How a request that was never answered is recorded when its batch stops. */
export const unansweredKind = (cause: StopCause): 'expired' | 'cancelled' =>
  cause === 'deadline' ? 'expired' : 'cancelled'
