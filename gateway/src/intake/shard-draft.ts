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

/** Cuts requests, given in input order, into shards that are numbered as they fill. */
export class ShardDrafts {
  readonly #cutter: Cutter
  #count = 0
  #full: ShardDraft[] = []

  constructor(limits: IntakeLimits, requestsMax = limits.shardRequestsMax) {
    const cutLimits = {
      requestsMax,
      bytesMax: limits.shardBytesMax,
      stretchBytesMax: limits.shardStretchBytesMax,
      openMax: limits.openShardsMax,
    }
    this.#cutter = new Cutter(cutLimits, ({ model, endpoint, bytes, entries }) => {
      const index = encodeIndex(entries)
      this.#full.push({ number: this.#count, model, endpoint, count: entries.length, bytes, index })
      this.#count += 1
    })
  }

  add(request: { model: string; endpoint: string; entry: IndexEntry }): void {
    this.#cutter.add(request)
  }

  /** There are no more requests: shards that are still open are full. */
  end(): void {
    this.#cutter.end()
  }

  /** Those that are full since the last time. */
  take(): ShardDraft[] {
    const full = this.#full
    this.#full = []
    return full
  }
}

/** Cuts a batch of one model and endpoint whose requests are all known. */
export const draftShards = (
  entries: readonly IndexEntry[],
  target: { model: string; endpoint: string },
  limits: IntakeLimits,
): ShardDraft[] => {
  const drafts = new ShardDrafts(limits, requestsPerShard(entries.length, limits))
  for (const entry of entries) drafts.add({ ...target, entry })
  drafts.end()
  return drafts.take()
}
