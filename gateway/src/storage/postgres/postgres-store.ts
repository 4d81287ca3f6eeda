import type pg from 'pg'
import { type Crash, noCrash } from '../../crash/crash-points.ts'
import { auditVerbs } from '../audit/audit.ts'
import type { Blobs } from '../blobs/blobs.ts'
import { int } from '../rows.ts'
import type { Db } from '../sql.ts'
import type { Store } from '../store.ts'
import { storePorts } from '../store-ports.ts'
import { adminVerbs } from '../verbs/admin.ts'
import { postgresDb } from './postgres-db.ts'

export interface PostgresStoreOptions {
  readonly blobs: Blobs
  readonly crash?: Crash
  /** In place of the database's own clock, for tests that move it. */
  readonly now?: () => number
}

/** The store on PostgreSQL: the same verbs over a pool of connections, in this very thread. It ends the pool. */
export const postgresStore = async (
  pool: pg.Pool,
  { blobs, crash = noCrash, now }: PostgresStoreOptions,
): Promise<Store> => {
  const db = postgresDb(pool, { crash, ...(now === undefined ? {} : { now }) })
  const rowsBefore = await rowsOf(db)
  return {
    ...storePorts({ db, blobs, crash }),
    audit: auditVerbs(db.patient),
    admin: adminVerbs(db.patient),
    rowsWritten: async () => (await rowsOf(db)) - rowsBefore,
    close: () => db.close(),
  }
}

const ROWS = `
  SELECT tup_inserted + tup_updated + tup_deleted AS rows FROM pg_stat_database WHERE datname = current_database()`

/** Of everybody who uses the database, and up to a second late: as the server counts. */
const rowsOf = (db: Db): Promise<number> => db.read(async (tx) => int((await tx.get(ROWS)) ?? {}, 'rows'))
