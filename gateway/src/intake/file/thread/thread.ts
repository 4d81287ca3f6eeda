import { parentPort } from 'node:worker_threads'
import { FileReader } from '../file-reader.ts'
import type { FromThread, ReadingOrder, ToThread } from './protocol.ts'

/**
 * The intake thread: it parses and checks the lines of uploaded files, so that one of 200 MB does not stop the
 * loop that serves clients and providers.
 */
const port = parentPort
if (!port) throw new Error('thread.ts is started by client.ts, as a worker thread')

interface Reading {
  readonly reader: FileReader
  readonly asked: Map<number, { resolve(bytes: Buffer): void; reject(error: Error): void }>
}

const readings = new Map<number, Reading>()
const send = (message: FromThread): void => port.postMessage(message)

const open = (id: number, { limits, seeds }: ReadingOrder): void => {
  const left = [...seeds]
  readings.set(id, {
    reader: new FileReader(limits, { next: () => left.pop() ?? 0 }),
    asked: new Map(),
  })
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
  const contents = await reader.end(readBack)
  const shards = reader.takeShards()
  readings.delete(id)
  send({ kind: 'ended', id, found: { contents, shards } })
}

const answer = ({ asked }: Reading, ask: number, bytes: Uint8Array | null): void => {
  if (bytes === null) asked.get(ask)?.reject(new Error('the file cannot be read back'))
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
