import { parentPort, workerData } from 'node:worker_threads'
import { type OperatorStore, openOperatorStore } from '../operator-store.ts'
import type { Call } from './protocol.ts'
import { serveThread } from './serve-thread.ts'

/**
 * The operators' own connection: an audit reads for seconds and more, and on the store thread every commit
 * would wait for it.
 */
const open = (): Promise<OperatorStore> =>
  openOperatorStore({ dataDir: String(workerData), databaseUrl: undefined }, { create: false })

const portOf = (store: OperatorStore, { port }: Call): object => {
  switch (port) {
    case 'audit':
      return store.audit
    case 'admin':
      return store.admin
    case 'store':
      return { close: () => store.close() }
    default:
      throw new TypeError(`${port} is asked on the store thread`)
  }
}

if (!parentPort) throw new Error('operator-thread.ts is started by client.ts, as a worker thread')
serveThread(parentPort, open, portOf)
