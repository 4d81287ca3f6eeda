import { existsSync, readFileSync } from 'node:fs'
import type { ApiName } from './api/batch-api.ts'
import { openAppendFile } from './append-file.ts'
import { removeFile } from './durable.ts'

/**
 * The life of a chunk, one line on the disk for each edge, written before what it speaks of is done:
 *
 *   intended ─▶ (uploaded ─▶) created ─▶ ended
 *       └────────────┴──────────────────▶ ended   (refused: the server made no batch)
 *
 * A chunk that is intended and no more may or may not have reached a server of the native dialect: it is
 * sent again with the same bytes under the same idempotency key, which makes one batch of both. With OpenAI's
 * dialect it is the uploaded chunk that is in doubt; one that is intended and no more made no batch.
 */
export interface SentChunk {
  /** Also names the chunk. */
  readonly idempotencyKey: string
  readonly ids: readonly string[]
  readonly bodySha256: string
  readonly baseUrl: string
  readonly api: ApiName
  /** What was uploaded for it, with OpenAI's dialect. */
  readonly fileId?: string
  /** Undefined while it is on its way. */
  readonly batchId?: string
}

export interface ChunkLog {
  /** What an earlier run left behind. */
  readonly outstanding: readonly SentChunk[]
  intend(chunk: SentChunk): void
  uploaded(chunk: SentChunk, fileId: string): void
  created(chunk: SentChunk, batchId: string): void
  ended(chunk: SentChunk): void
  /** Where nothing is outstanding, the file is not needed any more. */
  close(): void
}

export const openChunkLog = (path: string): ChunkLog => {
  const file = openAppendFile(path)
  const open = replay(path)
  const outstanding = [...open.values()]
  const write = (entry: Entry) => {
    file.append(`${JSON.stringify(entry)}\n`)
    apply(open, entry)
  }
  return {
    outstanding,
    intend: (chunk) =>
      write({
        event: 'intended',
        idempotency_key: chunk.idempotencyKey,
        api: chunk.api,
        base_url: chunk.baseUrl,
        body_sha256: chunk.bodySha256,
        custom_ids: chunk.ids,
      }),
    uploaded: (chunk, fileId) =>
      write({ event: 'uploaded', idempotency_key: chunk.idempotencyKey, file_id: fileId }),
    created: (chunk, batchId) =>
      write({ event: 'created', idempotency_key: chunk.idempotencyKey, batch_id: batchId }),
    ended: (chunk) => write({ event: 'ended', idempotency_key: chunk.idempotencyKey }),
    close: () => {
      file.close()
      if (open.size === 0) removeFile(path)
    },
  }
}

type Entry =
  | {
      readonly event: 'intended'
      readonly idempotency_key: string
      /** Absent in a log of the time when there was the native one only. */
      readonly api?: ApiName
      readonly base_url: string
      readonly body_sha256: string
      readonly custom_ids: readonly string[]
    }
  | { readonly event: 'uploaded'; readonly idempotency_key: string; readonly file_id: string }
  | { readonly event: 'created'; readonly idempotency_key: string; readonly batch_id: string }
  | { readonly event: 'ended'; readonly idempotency_key: string }

const apply = (open: Map<string, SentChunk>, entry: Entry): void => {
  const key = entry.idempotency_key
  const chunk = open.get(key)
  if (entry.event === 'ended') open.delete(key)
  else if (entry.event === 'created' && chunk) open.set(key, { ...chunk, batchId: entry.batch_id })
  else if (entry.event === 'uploaded' && chunk) open.set(key, { ...chunk, fileId: entry.file_id })
  else if (entry.event === 'intended')
    open.set(key, {
      idempotencyKey: key,
      api: entry.api ?? 'native',
      ids: entry.custom_ids,
      bodySha256: entry.body_sha256,
      baseUrl: entry.base_url,
    })
}

const replay = (path: string): Map<string, SentChunk> => {
  const open = new Map<string, SentChunk>()
  if (!existsSync(path)) return open
  for (const [at, line] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (line === '') continue
    const entry = readEntry(line)
    if (!entry)
      throw new Error(`${path}:${at + 1} is damaged. It says what was sent, so nothing was sent now.`)
    apply(open, entry)
  }
  return open
}

const readEntry = (line: string): Entry | undefined => {
  try {
    const entry: unknown = JSON.parse(line)
    return isEntry(entry) ? entry : undefined
  } catch {
    return undefined
  }
}

const isEntry = (value: unknown): value is Entry => {
  if (typeof value !== 'object' || value === null) return false
  const entry = value as Readonly<Record<string, unknown>>
  const texts = (...names: string[]) => names.every((name) => typeof entry[name] === 'string')
  if (!texts('event', 'idempotency_key')) return false
  if (entry.event === 'ended') return true
  if (entry.event === 'created') return texts('batch_id')
  if (entry.event === 'uploaded') return texts('file_id')
  return entry.event === 'intended' && texts('base_url', 'body_sha256') && Array.isArray(entry.custom_ids)
}
