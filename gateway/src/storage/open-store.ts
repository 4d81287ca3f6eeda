import type { Crash } from '../crash/crash-points.ts'
import { refuseDataDirOfPostgres } from './postgres/data-dir.ts'
import { servePostgres } from './postgres/serve.ts'
import { openSqliteThread } from './sqlite/client.ts'
import type { Store } from './store.ts'

export interface StoreOptions {
  readonly dataDir: string
  /** `postgres://…`; where it is absent or empty, the rows lie in the data directory too, on SQLite. */
  readonly databaseUrl: string | undefined
  readonly crash: Crash
  /** Called once where the store dies by itself. */
  readonly onFatal: (error: Error) => void
}

/** The store of a process that serves. It is the only one on its data directory, and all before it are dead. */
export const openStore = async ({ dataDir, databaseUrl, crash, onFatal }: StoreOptions): Promise<Store> => {
  if (databaseUrl) return servePostgres({ url: databaseUrl, dataDir, crash })
  refuseDataDirOfPostgres(dataDir)
  return openSqliteThread({ dataDir, onFatal })
}
