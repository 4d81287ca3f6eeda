import { existsSync } from 'node:fs'
import { systemClock } from '../../clock/system.ts'
import { openFileBlobs } from '../blobs/files.ts'
import type { AuditStore, KeyStore } from '../operator.ts'
import { dataDirPaths, makeDataDir } from './data-dir.ts'
import { openSqliteDirect } from './direct.ts'

export interface OperatorStore {
  readonly keys: KeyStore
  readonly audit: AuditStore
  close(): Promise<void>
}

/** The operator's ports on a data directory, beside a server that runs on it or without one. */
export const openOperatorStore = async (
  dataDir: string,
  { create }: { create: boolean },
): Promise<OperatorStore> => {
  const paths = dataDirPaths(dataDir)
  if (!create && !existsSync(paths.database)) {
    throw new Error(`There is no data of a gateway in ${dataDir}; name its directory with --data.`)
  }
  makeDataDir(dataDir)
  const blobs = await openFileBlobs({ root: paths.blobs, sweepUnfinished: false })
  const store = openSqliteDirect({ path: paths.database, now: systemClock.now, blobs })
  return {
    keys: store.keys,
    audit: store.audit,
    async close() {
      await store.close()
      blobs.close()
    },
  }
}
