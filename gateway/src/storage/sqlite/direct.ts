import { type Crash, noCrash } from '../../crash/crash-points.ts'
import type { Blobs } from '../blobs/blobs.ts'
import type { Store } from '../store.ts'
import { storePorts } from '../store-ports.ts'
import { openDatabase } from './open.ts'
import { sqliteDb } from './sqlite-db.ts'

export interface SqliteDirectOptions {
  /** A file, or `:memory:`. */
  readonly path: string
  /** The store's clock. */
  readonly now: () => number
  readonly blobs: Blobs
  readonly crash?: Crash
}

/**
 * The store in this very thread: for the command line beside a running server, and for the simulation,
 * which brings a clock of its own. The server uses the store thread (`client.ts`).
 */
export const openSqliteDirect = (options: SqliteDirectOptions): Store => {
  const { path, now, blobs, crash = noCrash } = options
  const database = openDatabase(path)
  const db = sqliteDb(database, { now, crash })
  return {
    ...storePorts({ db, blobs, crash }),
    rowsWritten: () =>
      db.read(async (tx) => Number((await tx.get('SELECT total_changes() AS rows'))?.rows ?? 0)),
    close: () => db.close(),
  }
}
