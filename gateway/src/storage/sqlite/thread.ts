import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../clock/system.ts'
import { crashOnOrder } from '../../crash/crash-points.ts'
import { openFileBlobs } from '../blobs/files.ts'
import type { Store } from '../store.ts'
import { dataDirPaths } from './data-dir.ts'
import { openSqliteDirect } from './direct.ts'
import { lockDataDir } from './lock.ts'
import type { Call } from './protocol.ts'
import { serveThread } from './serve-thread.ts'

/**
 * The store thread: it owns the one write connection, so that neither a commit nor a checkpoint ever stops
 * the loop that serves clients and providers. Transactions follow one another in the order of their calls; a
 * seal that writes and syncs its segment meanwhile makes no append wait.
 */
const openStore = async (dataDir: string): Promise<Store> => {
  const lock = lockDataDir(dataDir)
  try {
    const paths = dataDirPaths(dataDir)
    const blobs = await openFileBlobs({ root: paths.blobs, sweepUnfinished: false })
    const store = openSqliteDirect({
      path: paths.database,
      now: systemClock.now,
      blobs,
      crash: crashOnOrder(process.env.SHEEPFOLD_CRASH_AT),
    })
    const close = async (): Promise<void> => {
      await store.close()
      blobs.close()
      lock.release()
    }
    return { ...store, close }
  } catch (error) {
    lock.release()
    throw error
  }
}

const portOf = (store: Store, { port, account }: Call): object => {
  switch (port) {
    case 'engine':
      return store.engine
    case 'deliveries':
      return store.deliveries
    case 'tenant':
      return store.tenant(account)
    case 'keys':
      return store.keys
    case 'store':
      return { rowsWritten: store.rowsWritten, close: store.close }
    case 'audit':
    case 'admin':
      throw new TypeError(`${port} is asked on the thread of operators`)
  }
}

if (!parentPort) throw new Error('thread.ts is started by client.ts, as a worker thread')
serveThread(parentPort, () => openStore(String(workerData)), portOf)
