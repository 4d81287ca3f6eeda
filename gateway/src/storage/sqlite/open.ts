import { DatabaseSync } from 'node:sqlite'
import { InvariantBroken } from '../errors.ts'
import { MIGRATIONS } from '../schema.ts'
import { describeSqliteError } from './sqlite-errors.ts'

/** How long a writer waits for another process, such as `keys create` beside the server. */
export const BUSY_MS = 5_000

/**
 * A checkpoint stops the writer for 10 ms and more. Once in 64 MB instead of SQLite's 4 MB: the pages that
 * every append rewrites are then copied back once and not sixteen times.
 */
const CHECKPOINT_PAGES = 16_384
const PAGE_BYTES = 4_096

const PRAGMAS: readonly string[] = [
  `PRAGMA page_size = ${PAGE_BYTES}`,
  'PRAGMA journal_mode = WAL',
  // FULL: a commit that was acknowledged survives a power cut, not only a crash of the process.
  'PRAGMA synchronous = FULL',
  // Bodies that were deleted leave the disk and do not linger in free pages.
  'PRAGMA secure_delete = ON',
  `PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
  `PRAGMA journal_size_limit = ${CHECKPOINT_PAGES * PAGE_BYTES}`,
  'PRAGMA temp_store = MEMORY',
]

/** Opens a database file, or `:memory:`, brings its tables up to date and sets it up for one writer. */
export const openDatabase = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path, {
    readBigInts: true,
    enableForeignKeyConstraints: false,
    timeout: BUSY_MS,
  })
  try {
    for (const pragma of PRAGMAS) database.exec(pragma)
    migrate(database)
    return database
  } catch (error) {
    database.close()
    throw describeSqliteError(error, `cannot open the store ${path}`)
  }
}

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare('PRAGMA user_version').get()?.user_version)

const migrate = (database: DatabaseSync): void => {
  if (versionOf(database) === MIGRATIONS.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    // Read again: another process may have migrated while this one waited for the lock.
    const version = versionOf(database)
    if (version > MIGRATIONS.length) {
      throw new InvariantBroken(
        `the store has version ${version}, this program knows ${MIGRATIONS.length}: a newer release wrote it`,
      )
    }
    for (const migration of MIGRATIONS.slice(version)) database.exec(migration)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`)
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
