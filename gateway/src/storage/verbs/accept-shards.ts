import { ANSWER_KINDS } from '../../batch/answer-frame.ts'
import { emptyBits, hasBit, setBit } from '../../batch/done-bits.ts'
import { decodeIndex, encodeIndex, type IndexEntry } from '../../batch/index-codec.ts'
import { InvariantBroken } from '../errors.ts'
import { bytes, int, text, textOrNull } from '../rows.ts'
import type { NewShard } from '../shards.ts'
import type { Tx } from '../sql.ts'

const INSERT_SHARD = `
  INSERT INTO shard (batch, account, number, model, endpoint, n, window_end, state, epoch, crashes, append_ids,
    done, retry_of, retried)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, 0, '{}', ?, ?, ?)
  RETURNING id`

const INSERT_INPUT = 'INSERT INTO shard_input (shard, entries) VALUES (?, ?)'

const FILE = `
  SELECT id FROM file
  WHERE id = ? AND account = ? AND state = 'ready' AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`

const FILE_SHARDS = 'SELECT number, model, endpoint, n FROM file_shard WHERE file = ? ORDER BY number'

const COPY_INPUT = `
  INSERT INTO shard_input (shard, entries) SELECT ?, entries FROM file_shard WHERE file = ? AND number = ?`

const RETRIED = `
  SELECT file, blob FROM batch WHERE id = ? AND account = ? AND state = 'ended' AND deleted_at IS NULL`

// By its bytes: the file that a batch was made of is not theirs where it was an error file.
// One that is deleted or out of time may lose its bytes at any moment.
const FILE_BYTES = `
  SELECT id FROM file WHERE blob = ? AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`

const RETRIED_SHARDS = 'SELECT id FROM shard WHERE batch = ? AND kinds IS NOT NULL ORDER BY number'

const RETRIED_SHARD = `
  SELECT s.model, s.endpoint, s.kinds, i.entries FROM shard s JOIN shard_input i ON i.shard = s.id WHERE s.id = ?`

/** The batch that the shards are for; its row is there. */
interface ShardOrder {
  readonly account: string
  readonly batch: string
  readonly windowEnd: number
}

export interface ShardsInserted {
  readonly shards: number
  readonly requests: number
}

export const insertShards = async (
  tx: Tx,
  order: ShardOrder,
  shards: readonly NewShard[],
): Promise<ShardsInserted> => {
  let requests = 0
  for (const shard of shards) {
    const id = await insertShard(tx, order, shard)
    await tx.run(INSERT_INPUT, [id, shard.index])
    requests += shard.count
  }
  return { shards: shards.length, requests }
}

/** The indexes are copied within the database: those of a million requests are 20 MB. */
export const insertFileShards = async (
  tx: Tx,
  order: ShardOrder,
  file: string,
): Promise<ShardsInserted | 'gone'> => {
  if (!(await tx.get(FILE + tx.traits.lockRow, [file, order.account, tx.now]))) return 'gone'
  const rows = await tx.all(FILE_SHARDS, [file])
  let requests = 0
  for (const row of rows) {
    const number = int(row, 'number')
    const shard = { number, model: text(row, 'model'), endpoint: text(row, 'endpoint'), count: int(row, 'n') }
    const id = await insertShard(tx, order, shard)
    await tx.run(COPY_INPUT, [id, file, number])
    requests += shard.count
  }
  return { shards: rows.length, requests }
}

/** One shard for each of the retried batch that has such requests: so results are merged shard by shard. */
export const insertRetryShards = async (
  tx: Tx,
  order: ShardOrder,
  { batch, only }: { batch: string; only: Uint8Array | null },
): Promise<ShardsInserted | 'gone' | 'nothing'> => {
  const retried = await tx.get(RETRIED + tx.traits.lockRow, [batch, order.account])
  if (!retried) return 'gone'
  const isOfFile = textOrNull(retried, 'file') !== null
  if (isOfFile && !(await tx.get(FILE_BYTES + tx.traits.lockRow, [text(retried, 'blob'), tx.now])))
    return 'gone'
  let number = 0
  let requests = 0
  for (const row of await tx.all(RETRIED_SHARDS, [batch])) {
    const retryOf = int(row, 'id')
    const found = await retryableOf(tx, retryOf, only)
    if (found.entries.length === 0) continue
    const { model, endpoint, entries, retried } = found
    const shard = { number, model, endpoint, count: entries.length, retryOf, retried }
    const id = await insertShard(tx, order, shard)
    await tx.run(INSERT_INPUT, [id, encodeIndex(entries)])
    number += 1
    requests += entries.length
  }
  return number === 0 ? 'nothing' : { shards: number, requests }
}

const RETRYABLE: ReadonlySet<number> = new Set([
  ANSWER_KINDS.indexOf('failed'),
  ANSWER_KINDS.indexOf('expired'),
])

const retryableOf = async (
  tx: Tx,
  shard: number,
  only: Uint8Array | null,
): Promise<{ model: string; endpoint: string; entries: IndexEntry[]; retried: Uint8Array }> => {
  const row = await tx.get(RETRIED_SHARD, [shard])
  if (!row) throw new InvariantBroken(`shard ${shard} has no input`)
  const table = decodeIndex(bytes(row, 'entries'))
  const entries: IndexEntry[] = []
  const retried = emptyBits(table.count)
  for (const [position, kind] of bytes(row, 'kinds').entries()) {
    const batchIndex = table.batchIndex(position)
    if (!RETRYABLE.has(kind) || (only !== null && !hasBit(only, batchIndex))) continue
    setBit(retried, position)
    entries.push({
      batchIndex,
      idStart: table.idStart(position),
      idLength: table.idLength(position),
      bodyStart: table.bodyStart(position),
      bodyLength: table.bodyLength(position),
      variant: table.variant(position),
    })
  }
  return { model: text(row, 'model'), endpoint: text(row, 'endpoint'), entries, retried }
}

const insertShard = async (
  tx: Tx,
  { account, batch, windowEnd }: ShardOrder,
  shard: Omit<NewShard, 'index'> & { retryOf?: number; retried?: Uint8Array },
): Promise<number> => {
  const row = await tx.get(INSERT_SHARD, [
    batch,
    account,
    shard.number,
    shard.model,
    shard.endpoint,
    shard.count,
    windowEnd,
    emptyBits(shard.count),
    shard.retryOf ?? null,
    shard.retried ?? null,
  ])
  if (!row) throw new InvariantBroken(`shard ${shard.number} of batch ${batch} was not inserted`)
  return int(row, 'id')
}
