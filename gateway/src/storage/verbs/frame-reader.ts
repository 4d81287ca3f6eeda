import { InvariantBroken } from '../errors.ts'
import type { Db } from '../sql.ts'
import { journalFrame } from './journal.ts'

/**
 * A shard of 1,000 answers of 8 MB has 8 GB of journal: what lies beyond this is read again when its turn
 * comes. Answers arrive nearly in input order, so that is rare even then.
 */
const CACHE_BYTES_MAX = 16 * 1_048_576

export type ReadFrame = (seq: number) => Promise<Uint8Array>

/** Reads the frames of a complete shard's journal, which no longer change, keeping the last ones read. */
export const frameReader = (db: Db, shard: number): ReadFrame => {
  const cache = new Map<number, Uint8Array>()
  let cachedBytes = 0

  const keep = (seq: number, frame: Uint8Array): void => {
    cache.set(seq, frame)
    cachedBytes += frame.length
    for (const [oldest, { length }] of cache) {
      if (cachedBytes <= CACHE_BYTES_MAX || oldest === seq) break
      cache.delete(oldest)
      cachedBytes -= length
    }
  }

  return async (seq) => {
    const cached = cache.get(seq)
    if (cached) return cached
    const frame = await db.read((tx) => journalFrame(tx, shard, seq))
    if (!frame) throw new InvariantBroken(`the journal of shard ${shard} lost its frame ${seq}`)
    keep(seq, frame)
    return frame
  }
}
