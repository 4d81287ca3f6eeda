import pg from 'pg'
import { systemIds } from '../../clock/system.ts'
import type { Crash } from '../../crash/crash-points.ts'
import { openFileBlobs } from '../blobs/files.ts'
import { dataDirPaths } from '../sqlite/data-dir.ts'
import { lockDataDir } from '../sqlite/lock.ts'
import type { Store } from '../store.ts'
import { bindDataDir } from './data-dir.ts'
import { endEarlierSessions, sessionName } from './earlier-sessions.ts'
import { openPool } from './open.ts'
import { describePostgresError } from './postgres-errors.ts'
import { postgresStore } from './postgres-store.ts'

export interface ServedDatabase {
  readonly url: string
  /** Holds the bodies. */
  readonly dataDir: string
  readonly crash: Crash
}

/**
 * The store of a process that serves: rows on PostgreSQL, bodies below its data directory, whose lock makes it
 * the only one. So it is alone on the database that is bound to the directory, and whoever worked on either
 * before is dead once this resolves.
 */
export const servePostgres = async (served: ServedDatabase): Promise<Store> => {
  const lock = lockDataDir(served.dataDir)
  try {
    const store = await openAlone(served)
    const close = async (): Promise<void> => {
      await store.close()
      lock.release()
    }
    return { ...store, close }
  } catch (error) {
    lock.release()
    throw error
  }
}

const openAlone = async ({ url, dataDir, crash }: ServedDatabase): Promise<Store> => {
  const applicationName = sessionName(systemIds.next(''))
  const pool = await openPool({ url, applicationName })
  try {
    await bindDataDir(pool, dataDir)
    await endEarlierSessions(pool, applicationName)
    const blobs = await openFileBlobs({ root: dataDirPaths(dataDir).blobs, sweepUnfinished: false })
    const store = await postgresStore(pool, { blobs, crash })
    const close = async (): Promise<void> => {
      await store.close()
      blobs.close()
    }
    return { ...store, close }
  } catch (error) {
    await pool.end()
    throw error instanceof pg.DatabaseError
      ? describePostgresError(error, 'the store on PostgreSQL cannot be used')
      : error
  }
}
