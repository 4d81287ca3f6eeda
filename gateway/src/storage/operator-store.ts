import { existsSync } from 'node:fs'
import { systemClock } from '../clock/system.ts'
import { noCrash } from '../crash/crash-points.ts'
import type { AdminStore } from './admin.ts'
import { auditVerbs } from './audit/audit.ts'
import type { AuditStore, KeyStore } from './operator.ts'
import { refuseDataDirOfPostgres } from './postgres/data-dir.ts'
import { openPool } from './postgres/open.ts'
import { postgresDb } from './postgres/postgres-db.ts'
import type { Db } from './sql.ts'
import { dataDirPaths, makeDataDir } from './sqlite/data-dir.ts'
import { openDatabase } from './sqlite/open.ts'
import { sqliteDb } from './sqlite/sqlite-db.ts'
import { adminVerbs } from './verbs/admin.ts'
import { keyVerbs } from './verbs/keys.ts'

export interface OperatorStore {
  readonly keys: KeyStore
  readonly audit: AuditStore
  readonly admin: AdminStore
  close(): Promise<void>
}

/** Where the rows lie: on PostgreSQL if it is named, and else in the data directory. */
export interface StorePlace {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
}

/** The operator's ports, beside a server that runs on the same store or without one. They need no bodies. */
export const openOperatorStore = async (
  place: StorePlace,
  how: { create: boolean },
): Promise<OperatorStore> => {
  const db = place.databaseUrl ? await onPostgres(place.databaseUrl, how) : onSqlite(place.dataDir, how)
  return { keys: keyVerbs(db), audit: auditVerbs(db), admin: adminVerbs(db), close: () => db.close() }
}

type ClosableDb = Db & { close(): Promise<void> }

const onPostgres = async (url: string, { create }: { create: boolean }): Promise<ClosableDb> => {
  const pool = await openPool({ url, applicationName: 'sheepfold operator', create })
  return postgresDb(pool, { crash: noCrash, longReads: true })
}

const onSqlite = (dataDir: string, { create }: { create: boolean }): ClosableDb => {
  refuseDataDirOfPostgres(dataDir)
  const { database } = dataDirPaths(dataDir)
  if (!create && !existsSync(database)) {
    throw new Error(`There is no data of a gateway in ${dataDir}; name its directory with --data.`)
  }
  makeDataDir(dataDir)
  return sqliteDb(openDatabase(database), { now: systemClock.now, crash: noCrash })
}
