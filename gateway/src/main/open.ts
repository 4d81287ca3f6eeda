import { systemClock } from '../clock/system.ts'
import type { Config } from '../config/config.ts'
import { type Crash, crashOnOrder } from '../crash/crash-points.ts'
import { type FileBlobs, openFileBlobs } from '../storage/blobs/files.ts'
import { openStore } from '../storage/open-store.ts'
import { dataDirPaths } from '../storage/sqlite/data-dir.ts'
import type { Store } from '../storage/store.ts'
import { sweepOrphans } from '../sweep-orphans.ts'
import { createLog, type Log } from '../telemetry/logs/log.ts'
import { openWatch } from '../telemetry/open-watch.ts'
import type { Watch } from '../telemetry/watch.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface OpenOptions {
  readonly dataDir: string
  readonly config: Config
  readonly env: Environment
  /** A broken invariant: nothing can be trusted any more, and the process must end. */
  readonly onFatal: (error: unknown) => void
}

/** What lies at rest, and what watches. */
export interface Opened {
  readonly store: Store
  readonly blobs: FileBlobs
  readonly log: Log
  readonly crash: Crash
  readonly watch: Watch
}

/** Opens the store for `work`, which closes it in good order; closes it where that fails. */
export const withOpened = async <Result>(
  { dataDir, config, env, onFatal }: OpenOptions,
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> => {
  const log = createLog(logLevelOf(env, config))
  const crash = crashOnOrder(env.SHEEPFOLD_CRASH_AT)
  const store = await openStore({ dataDir, databaseUrl: env.DATABASE_URL, crash, onFatal })
  try {
    const blobs = await openFileBlobs({ root: dataDirPaths(dataDir).blobs, sweepUnfinished: true })
    const swept = await sweepOrphans(store.engine, blobs)
    if (swept > 0) log.info({ swept }, 'inputs and segments without an owner were removed')
    const watch = await openWatch({ store: store.engine, clock: systemClock, log, env })
    return await work({ store, blobs, log, crash, watch })
  } catch (error) {
    await store.close()
    throw error
  }
}

export const logLevelOf = (env: Environment, { logLevel }: Config): string =>
  env.SHEEPFOLD_LOG_LEVEL || logLevel
