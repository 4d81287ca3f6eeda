import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'
import { StoreError } from '../errors.ts'
import { dataDirPaths, makeDataDir } from '../sqlite/data-dir.ts'

/**
 * Bodies lie in the data directory and rows in the database: each is worth nothing without the other, and a
 * start sweeps away the bodies that no row names. So the two are bound to each other at the first start, by
 * the database's id in a file here and a mark there, and neither is ever used with another.
 */
const ID_FILE = 'postgres.id'

/** Binds them, or finds them bound. The caller holds the lock of the directory. */
export const bindDataDir = async (pool: pg.Pool, dataDir: string): Promise<void> => {
  const { rows } = await pool.query('SELECT id, bodies_bound FROM sheepfold_store')
  const id = String(rows[0]?.id)
  const isBound: unknown = rows[0]?.bodies_bound
  const known = databaseOf(dataDir)
  if (known !== undefined && known !== id) {
    throw refused(`the data directory ${dataDir} belongs to another database than that of DATABASE_URL`)
  }
  if (known === id && isBound === true) return
  if (known === undefined) {
    if (isBound === true) {
      throw refused(
        `the bodies of the database of DATABASE_URL lie in another data directory than ${dataDir}; name it with --data`,
      )
    }
    if (existsSync(dataDirPaths(dataDir).database)) {
      throw refused(
        `the data directory ${dataDir} holds a store on SQLite; name another one with --data, or unset DATABASE_URL`,
      )
    }
    writeId(dataDir, id)
  }
  const marked = await pool.query('UPDATE sheepfold_store SET bodies_bound = TRUE WHERE NOT bodies_bound')
  if (marked.rowCount === 1) return
  rmSync(join(dataDir, ID_FILE))
  throw refused('another process, with another data directory, has taken the database of DATABASE_URL')
}

/** SQLite must not begin a store of its own where the bodies of another lie. */
export const refuseDataDirOfPostgres = (dataDir: string): void => {
  if (databaseOf(dataDir) === undefined) return
  throw refused(`the store of the data directory ${dataDir} lies on PostgreSQL; set DATABASE_URL`)
}

const refused = (message: string): StoreError => new StoreError('locked', message)

const databaseOf = (dataDir: string): string | undefined => {
  const path = join(dataDir, ID_FILE)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}

/** Durable before the database is marked: otherwise a crash between the two could leave it bound to nothing. */
const writeId = (dataDir: string, id: string): void => {
  makeDataDir(dataDir)
  const path = join(dataDir, ID_FILE)
  const file = openSync(`${path}.new`, 'w', 0o600)
  writeSync(file, `${id}\n`)
  fsyncSync(file)
  closeSync(file)
  renameSync(`${path}.new`, path)
  const folder = openSync(dataDir, 'r')
  fsyncSync(folder)
  closeSync(folder)
}
