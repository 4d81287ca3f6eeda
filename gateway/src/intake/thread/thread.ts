import { parentPort } from 'node:worker_threads'
import type { Random } from '../../clock/clock.ts'
import { DocumentReader } from '../anthropic/document-reader.ts'
import { FileReader } from '../file/file-reader.ts'
import type { ReadBack } from '../file/suspicions.ts'
import type { ShardDraft } from '../shard-draft.ts'
import type { Found, FromThread, ReadingOrder, ToThread } from './protocol.ts'

/**
 * The intake thread: it parses and checks uploaded files and documents of requests, so that one of 200 MB does not
 * stop the loop that serves clients and providers.
 */
const port = parentPort
if (!port) throw new Error('thread.ts is started by client.ts, as a worker thread')

interface Reader {
  push(block: Buffer): void
  takeShards(): ShardDraft[]
  end(readBack: ReadBack): Promise<Found>
}

interface Reading {
  readonly reader: Reader
  readonly asked: Map<number, { resolve(bytes: Buffer): void; reject(error: Error): void }>
}

const readings = new Map<number, Reading>()
const send = (message: FromThread): void => port.postMessage(message)

const open = (id: number, order: ReadingOrder): void => {
  const left = [...order.seeds]
  readings.set(id, { reader: readerOf(order, { next: () => left.pop() ?? 0 }), asked: new Map() })
}

const readerOf = (order: ReadingOrder, random: Random): Reader => {
  if (order.kind === 'file') {
    const reader = new FileReader(order.limits, random, order.ways)
    return {
      push: (block) => reader.push(block),
      takeShards: () => reader.takeShards(),
      end: async (readBack) => {
        const contents = await reader.end(readBack)
        return { kind: 'file', contents, shards: reader.takeShards() }
      },
    }
  }
  const reader = new DocumentReader(order.limits, random, order)
  return {
    push: (block) => reader.push(block),
    takeShards: () => reader.takeShards(),
    end: async (readBack) => {
      const contents = await reader.end(readBack)
      return { kind: 'document', contents, shards: reader.takeShards() }
    },
  }
}

const push = (id: number, { reader }: Reading, block: Uint8Array): void => {
  reader.push(Buffer.from(block.buffer, block.byteOffset, block.byteLength))
  send({ kind: 'pushed', id, shards: reader.takeShards() })
}

const end = async (id: number, reading: Reading): Promise<void> => {
  const { reader, asked } = reading
  const readBack = (start: number, length: number): Promise<Buffer> => {
    const ask = asked.size
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
    asked.set(ask, { resolve, reject })
    send({ kind: 'read', id, ask, start, length })
    return promise
  }
  const found = await reader.end(readBack)
  readings.delete(id)
  send({ kind: 'ended', id, found })
}

const answer = ({ asked }: Reading, ask: number, bytes: Uint8Array | null): void => {
  if (bytes === null) asked.get(ask)?.reject(new Error('what was taken in cannot be read back'))
  else asked.get(ask)?.resolve(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

const fail = (id: number, error: unknown): void => {
  readings.delete(id)
  send({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) })
}

const handle = (message: ToThread): void => {
  const { id } = message
  if (message.kind === 'open') {
    open(id, message.order)
    return
  }
  const reading = readings.get(id)
  // It failed, or was dropped, while this was on its way.
  if (!reading) return
  if (message.kind === 'push') push(id, reading, message.block)
  else if (message.kind === 'bytes') answer(reading, message.ask, message.bytes)
  else if (message.kind === 'drop') readings.delete(id)
  else end(id, reading).catch((error: unknown) => fail(id, error))
}

port.on('message', (message: ToThread) => {
  try {
    handle(message)
  } catch (error) {
    fail(message.id, error)
  }
})
