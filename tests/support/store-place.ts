import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ensureDatabase, queryOnce, testDatabaseUrl } from './postgres/database.ts'

/**
 * Where the rows of a data directory lie in this run: on SQLite inside it, or, under the project
 * `flows-postgres`, in a database of its own that is named after it.
 */
const onPostgres = process.env.SHEEPFOLD_TEST_STORE === 'postgres'

const nameOf = (dataDir: string): string =>
  `sheepfold_flow_${createHash('sha256').update(dataDir).digest('hex').slice(0, 24)}`

/** Undefined on SQLite. */
export const databaseUrlOf = (dataDir: string): string | undefined =>
  onPostgres ? testDatabaseUrl(nameOf(dataDir)) : undefined

/** For a process that works on the directory. */
export const storeEnv = (dataDir: string): Record<string, string> => {
  const url = databaseUrlOf(dataDir)
  return url === undefined ? {} : { DATABASE_URL: url }
}

/** Before the first process starts on the directory; the other one ends it, with all that is stored. */
export const makePlace = async (dataDir: string): Promise<{ remove(): Promise<void> }> =>
  onPostgres ? ensureDatabase(nameOf(dataDir)) : { remove: async () => {} }

/** Whether a process has come to make a store there. */
export const hasStore = async (dataDir: string): Promise<boolean> => {
  const url = databaseUrlOf(dataDir)
  if (url === undefined) return existsSync(join(dataDir, 'sheepfold.db'))
  const [row] = await queryOnce(url, "SELECT to_regclass('sheepfold_store') AS made")
  return row?.made !== null
}

/** What a SELECT finds, beside whatever runs on the directory. */
export const rowsOf = async (dataDir: string, select: string): Promise<Array<Record<string, unknown>>> => {
  const url = databaseUrlOf(dataDir)
  if (url !== undefined) return queryOnce(url, select)
  const database = new DatabaseSync(join(dataDir, 'sheepfold.db'), { readOnly: true })
  try {
    return database.prepare(select).all()
  } finally {
    database.close()
  }
}
