import { InvariantBroken } from '../errors.ts'
import { SEGMENT_PARTS } from '../life-names.ts'
import { int, intOrNull, oneOfOrNull, text, textOrNull } from '../rows.ts'
import type { NewShard } from '../shards.ts'
import type { Db, Row, SqlValue, Tx } from '../sql.ts'
import type { FileEnd, FilePage, FileView, NewFile, StoredContents, UploadedFile } from '../tenant-files.ts'

const VIEW = 'id, purpose, filename, bytes, created_at, expires_at, blob, batch, part'

const ALIVE = `account = ? AND state = 'ready' AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`

const BEGIN = `
  INSERT INTO file (id, account, api_key, purpose, filename, state, blob, created_at)
  VALUES (?, ?, ?, '', '', 'writing', ?, ?)`

const ADD_SHARD = `
  INSERT INTO file_shard (file, number, model, endpoint, n, entries)
  SELECT id, ?, ?, ?, ?, ? FROM file WHERE id = ? AND account = ? AND state = 'writing'`

const END = `
  UPDATE file SET state = 'ready', purpose = ?, filename = ?, bytes = ?, contents = ?, created_at = ?, expires_at = ?
  WHERE id = ? AND account = ? AND state = 'writing' RETURNING ${VIEW}`

const UPLOADED_LATELY = `
  SELECT ${VIEW} FROM file
  WHERE ${ALIVE} AND api_key = ? AND purpose = ? AND filename = ? AND bytes = ? AND created_at >= ? AND blob IS NOT NULL
  ORDER BY created_at DESC, id DESC LIMIT 3`

const DROP_SHARDS = `
  DELETE FROM file_shard
  WHERE file IN (SELECT id FROM file WHERE id = ? AND account = ? AND state = 'writing')`
const DROP = `DELETE FROM file WHERE id = ? AND account = ? AND state = 'writing'`

const FIND = `SELECT ${VIEW} FROM file WHERE id = ? AND ${ALIVE}`
const CONTENTS = `SELECT blob, contents FROM file WHERE id = ? AND ${ALIVE}`

const REMOVE = `
  UPDATE file SET deleted_at = ? WHERE id = ? AND account = ? AND state = 'ready' AND deleted_at IS NULL`

const REMOVED = 'SELECT id FROM file WHERE id = ? AND account = ? AND deleted_at >= ?'

/** Client libraries send a call again when its reply was lost; ten minutes outlast all their retries. */
const AGAIN_MS = 10 * 60_000

export const beginFile = async (db: Db, account: string, file: NewFile): Promise<void> => {
  await db.write('upkeep', (tx) => tx.run(BEGIN, [file.id, account, file.apiKey, file.blob, tx.now]))
}

export const addFileShards = async (
  db: Db,
  account: string,
  file: string,
  shards: readonly NewShard[],
): Promise<void> => {
  await db.write('upkeep', async (tx) => {
    for (const { number, model, endpoint, count, index } of shards) {
      const added = await tx.run(ADD_SHARD, [number, model, endpoint, count, index, file, account])
      if (added !== 1) throw new InvariantBroken(`file ${file} is not being written`)
    }
  })
}

export const endFile = (db: Db, account: string, id: string, end: FileEnd): Promise<FileView> =>
  db.write('upkeep', async (tx) => {
    if (end.dropShards) await tx.run(DROP_SHARDS, [id, account])
    const expiresAt = end.expiresMs === null ? null : tx.now + end.expiresMs
    const values = [end.purpose, end.filename, end.bytes, end.contents, tx.now, expiresAt]
    // An end whose commit was in doubt is repeated: then the file is there already.
    const row = (await tx.get(END, [...values, id, account])) ?? (await tx.get(FIND, [id, account, tx.now]))
    if (!row) throw new InvariantBroken(`file ${id} was ended without being begun`)
    return viewOf(row)
  })

export const uploadedLately = (db: Db, account: string, upload: UploadedFile): Promise<FileView[]> =>
  db.read(async (tx) => {
    const { apiKey, purpose, filename, bytes } = upload
    const since = tx.now - AGAIN_MS
    const rows = await tx.all(UPLOADED_LATELY, [account, tx.now, apiKey, purpose, filename, bytes, since])
    return rows.map(viewOf)
  })

export const dropFile = (db: Db, account: string, id: string): Promise<void> =>
  db.write('upkeep', (tx) => drop(tx, account, id))

const drop = async (tx: Tx, account: string, id: string): Promise<void> => {
  await tx.run(DROP_SHARDS, [id, account])
  await tx.run(DROP, [id, account])
}

export const findFile = (db: Db, account: string, id: string): Promise<FileView | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(FIND, [id, account, tx.now])
    return row && viewOf(row)
  })

export const fileContents = (db: Db, account: string, id: string): Promise<StoredContents | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(CONTENTS, [id, account, tx.now])
    return row && { blob: textOrNull(row, 'blob'), contents: textOrNull(row, 'contents') }
  })

export const listFiles = (db: Db, account: string, page: FilePage): Promise<FileView[]> =>
  db.read(async (tx) => {
    const { text: where, params } = pageWhere(account, page, tx.now)
    const direction = page.order === 'asc' ? 'ASC' : 'DESC'
    const order = `ORDER BY created_at ${direction}, id ${direction} LIMIT ?`
    const rows = await tx.all(`SELECT ${VIEW} FROM file WHERE ${where} ${order}`, [...params, page.limit])
    return rows.map(viewOf)
  })

const pageWhere = (
  account: string,
  { order, after, purpose }: FilePage,
  now: number,
): { text: string; params: SqlValue[] } => {
  const parts = [ALIVE]
  const params: SqlValue[] = [account, now]
  if (purpose !== undefined) {
    parts.push('purpose = ?')
    params.push(purpose)
  }
  if (after !== undefined) {
    // The last file of the page before may have been deleted since: its place in the order still counts.
    const comparison = order === 'asc' ? '>' : '<'
    parts.push(
      `(created_at, id) ${comparison} (SELECT created_at, id FROM file WHERE id = ? AND account = ?)`,
    )
    params.push(after, account)
  }
  return { text: parts.join(' AND '), params }
}

export const removeFile = (
  db: Db,
  account: string,
  { id, again = false }: { id: string; again?: boolean },
): Promise<boolean> =>
  db.write('upkeep', async (tx) => {
    if ((await tx.run(REMOVE, [tx.now, id, account])) === 1) return true
    return again && (await tx.get(REMOVED, [id, account, tx.now - AGAIN_MS])) !== undefined
  })

const viewOf = (row: Row): FileView => ({
  id: text(row, 'id'),
  purpose: text(row, 'purpose'),
  filename: text(row, 'filename'),
  bytes: int(row, 'bytes'),
  createdAt: int(row, 'created_at'),
  expiresAt: intOrNull(row, 'expires_at'),
  blob: textOrNull(row, 'blob'),
  batch: textOrNull(row, 'batch'),
  part: oneOfOrNull(row, 'part', SEGMENT_PARTS),
})
