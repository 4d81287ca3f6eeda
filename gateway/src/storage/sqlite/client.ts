import { Worker } from 'node:worker_threads'
import type { AdminStore } from '../admin.ts'
import type { DeliveryStore } from '../deliveries.ts'
import type { EngineStore } from '../engine.ts'
import { StoreError } from '../errors.ts'
import type { AuditStore, KeyStore } from '../operator.ts'
import type { Store } from '../store.ts'
import type { TenantStore } from '../tenant.ts'
import { detach, OPENED, type PortName, type Reply, receivedError } from './protocol.ts'

export interface SqliteThreadOptions {
  /** Holds `sheepfold.db`, `blobs/` and `serve.lock`; made where it does not exist. */
  readonly dataDir: string
  /** Called once where the thread dies by itself; every call that waits is rejected with `crashed` before. */
  readonly onFatal?: (error: Error) => void
}

/** The verbs of each port; the Records keep them whole. */
const ENGINE: Record<keyof EngineStore, true> = {
  join: true,
  renew: true,
  fence: true,
  leave: true,
  claim: true,
  append: true,
  seal: true,
  release: true,
  suspect: true,
  tick: true,
  hasEnded: true,
  expire: true,
  purged: true,
  existing: true,
  unfinished: true,
  expireFiles: true,
  filePurged: true,
  expireUploads: true,
  uploadPurged: true,
  existingFiles: true,
  dropUnfinishedFiles: true,
  gates: true,
  saveGates: true,
  recordUsage: true,
  postUsage: true,
  ping: true,
  queue: true,
  ended: true,
}
const TENANT: Record<keyof TenantStore, true> = {
  accept: true,
  findCreate: true,
  batch: true,
  batches: true,
  stop: true,
  remove: true,
  output: true,
  finished: true,
  index: true,
  sealedPrefix: true,
  sealedShards: true,
  beginFile: true,
  addFileShards: true,
  endFile: true,
  uploadedLately: true,
  dropFile: true,
  file: true,
  fileContents: true,
  files: true,
  removeFile: true,
  createUpload: true,
  upload: true,
  addPart: true,
  parts: true,
  completeUpload: true,
  cancelUpload: true,
  createWebhook: true,
  webhook: true,
  webhooks: true,
  changeWebhook: true,
  removeWebhook: true,
  rotateWebhook: true,
  testWebhook: true,
  webhookSecret: true,
  rotateWebhookSecret: true,
  deliveries: true,
  replay: true,
}
const DELIVERIES: Record<keyof DeliveryStore, true> = { due: true, record: true, forgetEvents: true }
const KEYS: Record<keyof KeyStore, true> = {
  keyByHash: true,
  createKey: true,
  keys: true,
  revokeKey: true,
  spentByKey: true,
  ensureAccount: true,
}
const AUDIT: Record<keyof AuditStore, true> = { audit: true, wasteByBatch: true }
const ADMIN: Record<keyof AdminStore, true> = {
  accounts: true,
  account: true,
  hasAccount: true,
  createAccount: true,
  renameAccount: true,
  keysPage: true,
  key: true,
  changeKey: true,
  batchesPage: true,
  batch: true,
  spendTotals: true,
  usage: true,
}
const STORE: Record<'rowsWritten' | 'close', true> = { rowsWritten: true, close: true }

/** The store on threads of its own: the same ports, each call one message there and one back. */
export const openSqliteThread = async ({
  dataDir,
  onFatal = () => {},
}: SqliteThreadOptions): Promise<Store> => {
  const thread = startThread('thread.ts', { dataDir, onCrash: onFatal })
  await thread.opened
  const { call } = thread
  const operators = startOnFirstCall(dataDir)
  const store = proxy<Pick<Store, 'rowsWritten' | 'close'>>(STORE, call, 'store')
  return {
    engine: proxy<EngineStore>(ENGINE, call, 'engine'),
    deliveries: proxy<DeliveryStore>(DELIVERIES, call, 'deliveries'),
    tenant: (account) => proxy<TenantStore>(TENANT, call, 'tenant', account),
    keys: proxy<KeyStore>(KEYS, call, 'keys'),
    audit: proxy<AuditStore>(AUDIT, operators.call, 'audit'),
    admin: proxy<AdminStore>(ADMIN, operators.call, 'admin'),
    rowsWritten: store.rowsWritten,
    async close() {
      await operators.close()
      await thread.close(store.close)
    },
  }
}

/** The thread of operators: most installations ask it for nothing for days. One that died is started anew. */
const startOnFirstCall = (dataDir: string): { call: CallThread; close(): Promise<void> } => {
  let started: Promise<Thread> | undefined
  let isClosed = false
  const forget = (): void => {
    started = undefined
  }
  const start = async (): Promise<Thread> => {
    const thread = startThread('operator-thread.ts', { dataDir, onCrash: forget })
    await thread.opened
    return thread
  }
  return {
    async call(...order) {
      if (isClosed) throw new StoreError('closed', 'the store is closed')
      started ??= start()
      started.catch(forget)
      return (await started).call(...order)
    },
    async close() {
      isClosed = true
      const thread = await started?.catch(() => undefined)
      await thread?.close(async () => {
        await thread.call('store', '', 'close', [])
      })
    },
  }
}

type Thread = ReturnType<typeof startThread>

type CallThread = (
  port: PortName,
  account: string,
  verb: string,
  args: readonly unknown[],
) => Promise<unknown>

/** The verbs of the port exist by their Record, and the thread answers with what the verb returned. */
const proxy = <Port extends object>(
  verbs: Record<keyof Port, true>,
  call: CallThread,
  port: PortName,
  account = '',
): Port => {
  const methods: unknown = Object.fromEntries(
    Object.keys(verbs).map((verb) => [verb, (...args: unknown[]) => call(port, account, verb, args)]),
  )
  return methods as Port
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

const startThread = (
  file: 'thread.ts' | 'operator-thread.ts',
  { dataDir, onCrash }: { dataDir: string; onCrash: (error: Error) => void },
) => {
  const worker = new Worker(new URL(`./${file}`, import.meta.url), { workerData: dataDir, name: file })
  const waiting = new Map<number, Waiting>()
  let nextId = OPENED
  let ended: StoreError | undefined

  const wait = (): { id: number; answer: Promise<unknown> } => {
    const id = nextId
    nextId += 1
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    waiting.set(id, { resolve, reject })
    return { id, answer: promise }
  }

  const end = (error: StoreError): void => {
    if (ended) return
    ended = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    if (error.code === 'crashed') onCrash(error)
  }

  const crashed = (cause: unknown): void =>
    end(new StoreError('crashed', `the store thread ended: ${String(cause)}`, { cause }))

  worker.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.ok) call?.resolve(reply.value)
    else call?.reject(receivedError(reply.error))
  })
  worker.on('error', crashed)
  worker.on('messageerror', crashed)
  worker.on('exit', (code) => crashed(`exit code ${code}`))

  const call: CallThread = (port, account, verb, args) => {
    if (ended) return Promise.reject(ended)
    const moved: ArrayBuffer[] = []
    const copies = detach(args, 'copy', moved)
    const { id, answer } = wait()
    worker.postMessage({ id, port, account, verb, args: copies }, moved)
    return answer
  }

  const stop = async (): Promise<void> => {
    end(new StoreError('closed', 'the store is closed'))
    await worker.terminate()
  }

  return {
    call,
    /** Resolves once the thread has opened its store; ends the thread where it could not. */
    opened: wait().answer.catch(async (error: unknown) => {
      await stop()
      throw error
    }),
    async close(closeStore: () => Promise<void>): Promise<void> {
      if (ended) return
      await closeStore()
      await stop()
    },
  }
}
