import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../errors.ts'
import { dataDirPaths, makeDataDir } from './data-dir.ts'

const BUSY = 5

/** A connection that nobody refers to is closed by the garbage collector, and its lock would go with it. */
const held = new Set<DatabaseSync>()

/**
 * One `serve` process for a data directory. Node has no flock, so the lock is that of a second, empty SQLite
 * file, held in an exclusive transaction for as long as the process lives: the operating system releases it
 * at death, however the process dies, so there is nothing stale to clean up.
 */
export const lockDataDir = (dataDir: string): { release(): void } => {
  makeDataDir(dataDir)
  const database = new DatabaseSync(dataDirPaths(dataDir).lock, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) {
      throw new StoreError(
        'locked',
        `another sheepfold serve process uses the data directory ${dataDir}; stop it, or give this one another with --data`,
      )
    }
    throw error
  }
  held.add(database)
  return {
    release() {
      held.delete(database)
      database.close()
    },
  }
}
