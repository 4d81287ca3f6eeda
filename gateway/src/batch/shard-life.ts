/**
 * The life of a shard.
 *
 *             claim (epoch + 1)            seal (same epoch)
 *   waiting ────────────────────▶ running ────────────────────▶ sealed
 *      ▲                            │
 *      ├──── release (same epoch) ──┤   the owner hands it back: shutdown, no open deployment
 *      └──── fence (crashes + 1) ───┘   the owner's lease ran out, or its process is known to be dead
 *
 * A shard is never split: what is left to do is what its `done` bits lack.
 */
export type ShardState = 'waiting' | 'running' | 'sealed'

export const SHARD_EDGES: ReadonlyArray<readonly [from: ShardState, to: ShardState]> = [
  ['waiting', 'running'],
  ['running', 'waiting'],
  ['running', 'sealed'],
]
