import { encodeIndex, type IndexEntry } from '../batch/index-codec.ts'
import { Cutter, requestsPerShard } from './cut.ts'
import type { IntakeLimits } from './limits.ts'

/** A shard as it is handed to the store when its batch is accepted. */
export interface ShardDraft {
  readonly number: number
  readonly model: string
  readonly endpoint: string
  readonly count: number
  readonly bytes: number
  readonly index: Buffer
}

/** Cuts a batch of one model and endpoint whose requests are all known. */
export const draftShards = (
  entries: readonly IndexEntry[],
  target: { model: string; endpoint: string },
  limits: IntakeLimits,
): ShardDraft[] => {
  const drafts: ShardDraft[] = []
  const cutLimits = {
    requestsMax: requestsPerShard(entries.length, limits),
    bytesMax: limits.shardBytesMax,
    stretchBytesMax: limits.shardStretchBytesMax,
    openMax: limits.openShardsMax,
  }
  const cutter = new Cutter(cutLimits, (shard) => {
    const { model, endpoint, bytes } = shard
    const index = encodeIndex(shard.entries)
    drafts.push({ number: drafts.length, model, endpoint, count: shard.entries.length, bytes, index })
  })
  for (const entry of entries) cutter.add({ ...target, entry })
  cutter.end()
  return drafts
}
