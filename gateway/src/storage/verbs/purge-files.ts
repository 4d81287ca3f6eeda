import type { Purgeable } from '../engine.ts'
import { text, textOrNull } from '../rows.ts'
import { type Db, placeholders, type Row, type Tx } from '../sql.ts'

const TOMBSTONE_EXPIRED = 'UPDATE file SET deleted_at = ? WHERE deleted_at IS NULL AND expires_at <= ?'

/** An upload that lasts longer than this has lost its process. */
const WRITING_MS_MAX = 86_400_000

const ABANDONED = `
  UPDATE file SET state = 'ready', deleted_at = ? WHERE state = 'writing' AND deleted_at IS NULL AND created_at <= ?`

// The input of a batch stays until the last one that uses it has ended; what a retry would need goes then.
const PURGEABLE = `
  SELECT id, blob, batch, part FROM file
  WHERE deleted_at IS NOT NULL AND purged_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.blob = file.blob AND batch.purged_at IS NULL
      AND batch.state <> 'ended')
  ORDER BY deleted_at, id LIMIT ?`

const SEGMENTS = 'SELECT segment, error_segment FROM shard WHERE batch = ?'

const MARK =
  'UPDATE file SET purged_at = ?, contents = NULL WHERE id = ? AND deleted_at IS NOT NULL AND purged_at IS NULL'

const FORGET_SHARDS = 'DELETE FROM file_shard WHERE file = ?'

const PURGEABLE_UPLOADS = `
  SELECT id FROM upload WHERE purged_at IS NULL AND (state <> 'pending' OR expires_at <= ?)
  ORDER BY expires_at, id LIMIT ?`

const PARTS = 'SELECT blob FROM upload_part WHERE upload = ?'

const MARK_UPLOAD = 'UPDATE upload SET purged_at = ? WHERE id = ? AND purged_at IS NULL'

const FORGET_PARTS = 'DELETE FROM upload_part WHERE upload = ?'

/** Tombstones files past their expiry, then names up to `max` deleted ones that no running batch needs. */
export const expireFiles = (db: Db, max: number): Promise<Purgeable[]> =>
  db.write('upkeep', async (tx) => {
    await tx.run(TOMBSTONE_EXPIRED, [tx.now, tx.now])
    await tx.run(ABANDONED, [tx.now, tx.now - WRITING_MS_MAX])
    const purgeable: Purgeable[] = []
    for (const row of await tx.all(PURGEABLE, [max])) {
      purgeable.push({ id: text(row, 'id'), blobs: await blobsOf(tx, row) })
    }
    return purgeable
  })

const blobsOf = async (tx: Tx, row: Row): Promise<string[]> => {
  const blob = textOrNull(row, 'blob')
  if (blob !== null) return [blob]
  const column = row.part === 'output' ? 'segment' : 'error_segment'
  const segments = await tx.all(SEGMENTS, [text(row, 'batch')])
  return segments.flatMap((segment) => textOrNull(segment, column) ?? [])
}

/** Called once the bytes are gone. */
export const filePurged = async (db: Db, id: string): Promise<void> => {
  const forgotten = await db.write('upkeep', async (tx) => {
    if ((await tx.run(MARK, [tx.now, id])) !== 1) return false
    await tx.run(FORGET_SHARDS, [id])
    return true
  })
  if (forgotten) await db.scrub()
}

export const existingFiles = (db: Db, files: readonly string[]): Promise<string[]> =>
  db.read(async (tx) => {
    if (files.length === 0) return []
    const alive = `SELECT id FROM file WHERE id IN (${placeholders(files)}) AND purged_at IS NULL`
    return (await tx.all(alive, files)).map((row) => text(row, 'id'))
  })

/** Uploads whose parts nobody needs any more: completed, cancelled or out of time. */
export const expireUploads = (db: Db, max: number): Promise<Purgeable[]> =>
  db.read(async (tx) => {
    const purgeable: Purgeable[] = []
    for (const row of await tx.all(PURGEABLE_UPLOADS, [tx.now, max])) {
      const id = text(row, 'id')
      const parts = await tx.all(PARTS, [id])
      purgeable.push({ id, blobs: parts.map((part) => text(part, 'blob')) })
    }
    return purgeable
  })

export const uploadPurged = async (db: Db, id: string): Promise<void> => {
  await db.write('upkeep', async (tx) => {
    await tx.run(MARK_UPLOAD, [tx.now, id])
    await tx.run(FORGET_PARTS, [id])
  })
}

const UNFINISHED = "SELECT id FROM file WHERE state = 'writing'"

/** Forgets uploads that their process left unfinished; only for one that is alone, before it takes any. */
export const dropUnfinishedFiles = (db: Db): Promise<number> =>
  db.write('upkeep', async (tx) => {
    const rows = await tx.all(UNFINISHED)
    for (const row of rows) {
      await tx.run(FORGET_SHARDS, [text(row, 'id')])
      await tx.run('DELETE FROM file WHERE id = ?', [text(row, 'id')])
    }
    return rows.length
  })
