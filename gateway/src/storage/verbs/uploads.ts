import { InvariantBroken } from '../errors.ts'
import { int, intOrNull, oneOf, text, textOrNull } from '../rows.ts'
import type { Db, Row, Tx } from '../sql.ts'
import type { NewUpload, UploadPart, UploadView } from '../tenant-uploads.ts'

const INSERT = `
  INSERT INTO upload (id, account, filename, purpose, mime_type, bytes, file_expires_ms, state, created_at, expires_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?)
  RETURNING *`

const FIND = 'SELECT * FROM upload WHERE id = ? AND account = ?'

const PENDING = `SELECT id FROM upload WHERE id = ? AND account = ? AND state = 'pending' AND expires_at > ?`

const ADD_PART = 'INSERT INTO upload_part (id, upload, blob, bytes, created_at) VALUES (?, ?, ?, ?, ?)'

const PARTS = `
  SELECT p.id, p.blob, p.bytes FROM upload_part p JOIN upload u ON u.id = p.upload
  WHERE p.upload = ? AND u.account = ? AND u.purged_at IS NULL ORDER BY p.created_at, p.id`

const COMPLETE = `
  UPDATE upload SET state = 'completed', file = ?
  WHERE id = ? AND account = ? AND state = 'pending' AND expires_at > ? RETURNING *`

const CANCEL = `
  UPDATE upload SET state = 'cancelled'
  WHERE id = ? AND account = ? AND state = 'pending' AND expires_at > ? RETURNING *`

const STATES = ['pending', 'completed', 'cancelled'] as const

export const createUpload = (db: Db, account: string, upload: NewUpload): Promise<UploadView> =>
  db.write('upkeep', async (tx) => {
    const { id, filename, purpose, mimeType, bytes, fileExpiresMs, pendingMs } = upload
    const values = [
      id,
      account,
      filename,
      purpose,
      mimeType,
      bytes,
      fileExpiresMs,
      tx.now,
      tx.now + pendingMs,
    ]
    const row = await tx.get(INSERT, values)
    if (!row) throw new InvariantBroken(`upload ${id} was not inserted`)
    return viewOf(tx, row)
  })

export const findUpload = (db: Db, account: string, id: string): Promise<UploadView | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(FIND, [id, account])
    return row && viewOf(tx, row)
  })

export const addPart = (db: Db, account: string, upload: string, part: UploadPart): Promise<boolean> =>
  db.write('upkeep', async (tx) => {
    if (!(await tx.get(PENDING + tx.traits.lockRow, [upload, account, tx.now]))) return false
    await tx.run(ADD_PART, [part.id, upload, part.blob, part.bytes, tx.now])
    return true
  })

export const parts = (db: Db, account: string, upload: string): Promise<UploadPart[]> =>
  db.read(async (tx) => {
    const rows = await tx.all(PARTS, [upload, account])
    return rows.map((row) => ({ id: text(row, 'id'), blob: text(row, 'blob'), bytes: int(row, 'bytes') }))
  })

export const completeUpload = (
  db: Db,
  account: string,
  id: string,
  file: string,
): Promise<UploadView | undefined> =>
  db.write('upkeep', async (tx) => {
    const row = await tx.get(COMPLETE, [file, id, account, tx.now])
    return row && viewOf(tx, row)
  })

export const cancelUpload = (db: Db, account: string, id: string): Promise<UploadView | undefined> =>
  db.write('upkeep', async (tx) => {
    const row = await tx.get(CANCEL, [id, account, tx.now])
    return row && viewOf(tx, row)
  })

const viewOf = (tx: Tx, row: Row): UploadView => {
  const state = oneOf(row, 'state', STATES)
  const expiresAt = int(row, 'expires_at')
  return {
    id: text(row, 'id'),
    filename: text(row, 'filename'),
    purpose: text(row, 'purpose'),
    mimeType: text(row, 'mime_type'),
    bytes: int(row, 'bytes'),
    fileExpiresMs: intOrNull(row, 'file_expires_ms'),
    state: state === 'pending' && expiresAt <= tx.now ? 'expired' : state,
    file: textOrNull(row, 'file'),
    createdAt: int(row, 'created_at'),
    expiresAt,
  }
}
