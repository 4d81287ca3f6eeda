import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../clock/system.ts'
import { crashOnOrder } from '../../crash/crash-points.ts'
import { openFileBlobs } from '../blobs/files.ts'
import type { Store } from '../store.ts'
import { dataDirPaths } from './data-dir.ts'
import { openSqliteDirect } from './direct.ts'
import { lockDataDir } from './lock.ts'
import { type Call, detach, OPENED, type Reply, sentError } from './protocol.ts'

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
    case 'tenant':
      return store.tenant(account)
    case 'keys':
      return store.keys
    case 'audit':
      return store.audit
    case 'store':
      return { rowsWritten: store.rowsWritten, close: store.close }
  }
}

const handle = async (store: Store, call: Call): Promise<unknown> => {
  const verb: unknown = Reflect.get(portOf(store, call), call.verb)
  if (typeof verb !== 'function') throw new TypeError(`the store has no verb ${call.port}.${call.verb}`)
  return verb(...call.args)
}

const serve = (store: Store, port: NonNullable<typeof parentPort>): void => {
  const reply = (message: Reply, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved)
  const answer = async (call: Call): Promise<void> => {
    try {
      const moved: ArrayBuffer[] = []
      const value = detach(await handle(store, call), 'give', moved)
      reply({ id: call.id, ok: true, value }, moved)
    } catch (error) {
      reply({ id: call.id, ok: false, error: sentError(error) })
    }
  }
  port.on('message', (call: Call) => void answer(call))
  reply({ id: OPENED, ok: true, value: undefined })
}

const port = parentPort
if (!port) throw new Error('thread.ts is started by client.ts, as a worker thread')
openStore(String(workerData)).then(
  (store) => serve(store, port),
  (error: unknown) => port.postMessage({ id: OPENED, ok: false, error: sentError(error) } satisfies Reply),
)
