import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where everything of one installation on SQLite and local files lies. */
export interface DataDirPaths {
  readonly database: string
  readonly blobs: string
  readonly lock: string
}

export const dataDirPaths = (dataDir: string): DataDirPaths => ({
  database: join(dataDir, 'sheepfold.db'),
  blobs: join(dataDir, 'blobs'),
  lock: join(dataDir, 'serve.lock'),
})

/** Readable by its owner alone: bodies of clients lie in it. */
export const makeDataDir = (dataDir: string): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
}
