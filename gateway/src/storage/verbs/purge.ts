import type { Blobs } from '../blobs/blobs.ts'
import type { PurgeableBatch } from '../engine.ts'
import { int, text, textOrNull } from '../rows.ts'
import { type Db, placeholders, type Row, type Tx } from '../sql.ts'
import { accruedValues } from './end-batch.ts'
import { ACCRUED, frozenTotals, totalsOfShards } from './totals.ts'

const TOMBSTONE_EXPIRED = `
  UPDATE batch SET deleted_at = ? WHERE state = 'ended' AND deleted_at IS NULL AND expires_at <= ?`

// An input belongs to its file, where it has one, and else to the last batch that has its requests: a retry
// shares it with the batch that it retries.
const PURGEABLE = `
  SELECT id, blob, CASE WHEN file IS NOT NULL OR EXISTS (SELECT 1 FROM batch other
    WHERE other.blob = batch.blob AND other.id <> batch.id AND other.purged_at IS NULL) THEN 1 ELSE 0 END AS shared
  FROM batch
  WHERE state = 'ended' AND deleted_at IS NOT NULL AND purged_at IS NULL
  ORDER BY deleted_at, id LIMIT ?`

const SEGMENTS = 'SELECT segment, error_segment FROM shard WHERE batch = ? AND segment IS NOT NULL'

const MARK = `
  UPDATE batch SET purged_at = ?, template = '', metadata = '', errors = NULL, losses = NULL, idempotency_key = NULL,
    ${ACCRUED.map((column) => `${column} = ?`).join(', ')}
  WHERE id = ? AND state = 'ended' AND deleted_at IS NOT NULL AND purged_at IS NULL`

const READ = 'SELECT * FROM batch WHERE id = ?'

const LOCK_SHARDS = 'SELECT id FROM shard WHERE batch = ? ORDER BY id'

const FORGET_FILES = 'UPDATE file SET deleted_at = coalesce(deleted_at, ?), purged_at = ? WHERE batch = ?'

// They go once nothing of them is on its way to a webhook any more.
const FORGET_EVENTS = 'UPDATE event SET forget_at = ? WHERE batch = ?'

const FORGET: readonly string[] = [
  'INSERT INTO purged_shard (id, append_ids) SELECT id, append_ids FROM shard WHERE batch = ?',
  'DELETE FROM journal WHERE shard IN (SELECT id FROM shard WHERE batch = ?)',
  'DELETE FROM shard_input WHERE shard IN (SELECT id FROM shard WHERE batch = ?)',
  'DELETE FROM shard WHERE batch = ?',
]

export const expire = async (
  { db, blobs }: { db: Db; blobs: Blobs },
  max: number,
): Promise<PurgeableBatch[]> => {
  const purgeable = await db.write('upkeep', async (tx) => {
    await tx.run(TOMBSTONE_EXPIRED, [tx.now, tx.now])
    const rows = await tx.all(PURGEABLE, [max])
    const named: PurgeableBatch[] = []
    for (const row of rows) named.push(await namedBlobs(tx, row))
    return named
  })
  const all: PurgeableBatch[] = []
  for (const batch of purgeable) all.push(await withOrphans(blobs, batch))
  return all
}

const namedBlobs = async (tx: Tx, row: Row): Promise<PurgeableBatch> => {
  const batch = text(row, 'id')
  const segments = await tx.all(SEGMENTS, [batch])
  const names = segments.flatMap((segment) => [
    text(segment, 'segment'),
    ...(textOrNull(segment, 'error_segment') === null ? [] : [text(segment, 'error_segment')]),
  ])
  return { batch, blobs: int(row, 'shared') === 1 ? names : [text(row, 'blob'), ...names] }
}

/** Segments of epochs whose seal never came are named by no row, and hold the same bodies. */
const withOrphans = async (
  blobs: Blobs,
  { batch, blobs: names }: PurgeableBatch,
): Promise<PurgeableBatch> => {
  const all = new Set(names)
  for await (const { name } of blobs.list(`segments/${batch}/`)) all.add(name)
  return { batch, blobs: [...all] }
}

/**
 * Called once the blobs are gone: the rows follow, and what they held leaves the disk. The batch itself
 * stays as a number in the books.
 */
export const purged = async (db: Db, batch: string): Promise<void> => {
  const forgotten = await db.write('purge', (tx) => forget(tx, batch))
  if (forgotten) await db.scrub()
}

const forget = async (tx: Tx, batch: string): Promise<boolean> => {
  const row = await tx.get(READ, [batch])
  if (!row) return false
  // A late answer still adds waste: what is summed up here must be what is deleted below.
  await tx.all(LOCK_SHARDS + tx.traits.lockRow, [batch])
  // A batch that was refused never had shards.
  const totals = (await totalsOfShards(tx, [batch])).get(batch) ?? frozenTotals(row)
  if ((await tx.run(MARK, [tx.now, ...accruedValues(totals), batch])) !== 1) return false
  for (const statement of FORGET) await tx.run(statement, [batch])
  await tx.run(FORGET_FILES, [tx.now, tx.now, batch])
  await tx.run(FORGET_EVENTS, [tx.now, batch])
  return true
}

export const existing = (db: Db, batches: readonly string[]): Promise<string[]> =>
  db.read(async (tx) => {
    if (batches.length === 0) return []
    const rows = await tx.all(`SELECT id FROM batch WHERE id IN (${placeholders(batches)})`, batches)
    return rows.map((row) => text(row, 'id'))
  })
