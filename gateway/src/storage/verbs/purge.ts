import type { Blobs } from '../blobs/blobs.ts'
import type { PurgeableBatch } from '../engine.ts'
import { text, textOrNull } from '../rows.ts'
import { type Db, placeholders, type Tx } from '../sql.ts'
import { accruedValues } from './end-batch.ts'
import { ACCRUED, totalsOfShards } from './totals.ts'

const TOMBSTONE_EXPIRED = `
  UPDATE batch SET deleted_at = ? WHERE state = 'ended' AND deleted_at IS NULL AND expires_at <= ?`

const PURGEABLE = `
  SELECT id, blob FROM batch
  WHERE state = 'ended' AND deleted_at IS NOT NULL AND purged_at IS NULL
  ORDER BY deleted_at, id LIMIT ?`

const SEGMENTS = 'SELECT segment FROM shard WHERE batch = ? AND segment IS NOT NULL'

const MARK = `
  UPDATE batch SET purged_at = ?, template = '', metadata = '', idempotency_key = NULL,
    ${ACCRUED.map((column) => `${column} = ?`).join(', ')}
  WHERE id = ? AND state = 'ended' AND deleted_at IS NOT NULL AND purged_at IS NULL`

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
    return Promise.all(rows.map((row) => namedBlobs(tx, text(row, 'id'), text(row, 'blob'))))
  })
  const all: PurgeableBatch[] = []
  for (const batch of purgeable) all.push(await withOrphans(blobs, batch))
  return all
}

const namedBlobs = async (tx: Tx, batch: string, input: string): Promise<PurgeableBatch> => {
  const segments = await tx.all(SEGMENTS, [batch])
  const names = segments.flatMap((row) => textOrNull(row, 'segment') ?? [])
  return { batch, blobs: [input, ...names] }
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
  const totals = (await totalsOfShards(tx, [batch])).get(batch)
  if (!totals) return false
  if ((await tx.run(MARK, [tx.now, ...accruedValues(totals), batch])) !== 1) return false
  for (const statement of FORGET) await tx.run(statement, [batch])
  return true
}

export const existing = (db: Db, batches: readonly string[]): Promise<string[]> =>
  db.read(async (tx) => {
    if (batches.length === 0) return []
    const rows = await tx.all(`SELECT id FROM batch WHERE id IN (${placeholders(batches)})`, batches)
    return rows.map((row) => text(row, 'id'))
  })
