import { Worker } from 'node:worker_threads'
import type { ReadBack } from '../file/suspicions.ts'
import type { ShardDraft } from '../shard-draft.ts'
import type {
  DocumentFound,
  DocumentOrder,
  FileFound,
  FileOrder,
  Found,
  FromThread,
  ReadingOrder,
  ToThread,
} from './protocol.ts'

/** Reads what comes in with many requests, on a thread of its own; the thread starts with the first of it. */
export interface Readings {
  openFile(order: Omit<FileOrder, 'kind'>): Reading<FileFound>
  openDocument(order: Omit<DocumentOrder, 'kind'>): Reading<DocumentFound>
  close(): Promise<void>
}

/** One file, or one document, on its way. */
export interface Reading<What extends Found> {
  /** Reads the next bytes, which lie in shared memory and do not change before this resolves. */
  push(block: Buffer): Promise<readonly ShardDraft[]>
  /** All of it was pushed, and can be read back. */
  end(readBack: ReadBack): Promise<What>
  /** Nobody wants it any more. */
  drop(): void
}

interface Waiting {
  readonly pushed: Array<{ resolve(shards: readonly ShardDraft[]): void; reject(error: Error): void }>
  ended: { resolve(found: Found): void; reject(error: Error): void } | undefined
  readBack: ReadBack | undefined
}

export const createReadings = (): Readings => {
  const readings = new Map<number, Waiting>()
  let nextId = 1
  let thread: Worker | undefined

  const failAll = (error: Error): void => {
    thread = undefined
    for (const id of [...readings.keys()]) failOne(id, error)
  }

  const failOne = (id: number, error: Error): void => {
    const waiting = readings.get(id)
    readings.delete(id)
    for (const { reject } of waiting?.pushed ?? []) reject(error)
    waiting?.ended?.reject(error)
  }

  const start = (): Worker => {
    const started = new Worker(new URL('./thread.ts', import.meta.url), { name: 'intake' })
    started.on('message', receive)
    started.on('error', (error) => failAll(asError(error)))
    started.on('exit', (code) => failAll(new Error(`the intake thread ended with ${code}`)))
    // A server that has nothing else to do may end.
    started.unref()
    return started
  }

  const send = (message: ToThread): void => {
    thread ??= start()
    thread.postMessage(message)
  }

  const receive = (message: FromThread): void => {
    const waiting = readings.get(message.id)
    if (!waiting) return
    switch (message.kind) {
      case 'pushed':
        waiting.pushed.shift()?.resolve(message.shards)
        return
      case 'read':
        void readBackFor(waiting, message)
        return
      case 'ended':
        readings.delete(message.id)
        waiting.ended?.resolve(message.found)
        return
      case 'failed':
        failOne(message.id, new Error(message.message))
    }
  }

  const readBackFor = async (
    { readBack }: Waiting,
    { id, ask, start: at, length }: Extract<FromThread, { kind: 'read' }>,
  ): Promise<void> => {
    const bytes = await readBack?.(at, length).catch(() => undefined)
    send({ kind: 'bytes', id, ask, bytes: bytes ?? null })
  }

  const open = (order: ReadingOrder): Reading<Found> => {
    const id = nextId
    nextId += 1
    const waiting: Waiting = { pushed: [], ended: undefined, readBack: undefined }
    readings.set(id, waiting)
    send({ kind: 'open', id, order })
    return {
      push(block) {
        if (!readings.has(id)) return Promise.reject(new Error('it is not read any more'))
        const { promise, resolve, reject } = Promise.withResolvers<readonly ShardDraft[]>()
        waiting.pushed.push({ resolve, reject })
        send({ kind: 'push', id, block })
        return promise
      },
      end(readBack) {
        if (!readings.has(id)) return Promise.reject(new Error('it is not read any more'))
        const { promise, resolve, reject } = Promise.withResolvers<Found>()
        waiting.ended = { resolve, reject }
        waiting.readBack = readBack
        send({ kind: 'end', id })
        return promise
      },
      drop() {
        if (!readings.delete(id)) return
        send({ kind: 'drop', id })
        for (const { reject } of waiting.pushed) reject(new Error('it is not wanted any more'))
      },
    }
  }

  return {
    openFile(order) {
      const reading = open({ kind: 'file', ...order })
      return { ...reading, end: async (readBack) => asFile(await reading.end(readBack)) }
    },
    openDocument(order) {
      const reading = open({ kind: 'document', ...order })
      return { ...reading, end: async (readBack) => asDocument(await reading.end(readBack)) }
    },
    async close() {
      const ending = thread
      failAll(new Error('the server stops'))
      await ending?.terminate()
    },
  }
}

const asFile = (found: Found): FileFound => {
  if (found.kind === 'file') return found
  throw new Error('a file was read as something else')
}

const asDocument = (found: Found): DocumentFound => {
  if (found.kind === 'document') return found
  throw new Error('a document was read as something else')
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
