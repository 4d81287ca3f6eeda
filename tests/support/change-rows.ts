import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { numberPlaceholders } from '../../gateway/src/storage/postgres/placeholders.ts'
import { queryOnce } from './postgres/database.ts'
import { databaseUrlOf } from './store-place.ts'

/** Changes rows beside a running server, for times that a test cannot wait for. */
export const changeRows = async (
  dataDir: string,
  statement: string,
  params: readonly (string | number)[] = [],
): Promise<void> => {
  const url = databaseUrlOf(dataDir)
  if (url !== undefined) {
    await queryOnce(url, numberPlaceholders(statement), params)
    return
  }
  const database = new DatabaseSync(join(dataDir, 'sheepfold.db'))
  try {
    database.exec('PRAGMA busy_timeout = 5000')
    database.prepare(statement).run(...params)
  } finally {
    database.close()
  }
}
