import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import type { BatchResult } from '@sheepfold/client'
import { openAppendFile } from './append-file.ts'
import { removeFile, replaceFile } from './durable.ts'
import { readLines } from './lines.ts'

/** One line of the results: what the server said, and which batch it was. */
export interface ResultLine extends Omit<BatchResult, 'index'> {
  readonly batch_id: string
}

export const isSuccess = (line: { readonly status: string }): boolean => line.status === 'succeeded'

/** The results as they come in, chunk by chunk, until they are put into input order. */
export interface WorkFile {
  /** Ids that an earlier run got an answer for and did not put into order any more. */
  readonly succeededBefore: readonly string[]
  append(lines: readonly ResultLine[]): void
  /** Writes the results of these ids in this order; what the output already had and nobody brought anew stays. */
  writeInOrder(ids: readonly string[]): Promise<{ written: number; failed: number }>
  /** Where everything is in order, or nothing came, the file is not needed any more. */
  close(): void
}

interface Place {
  readonly offset: number
  readonly length: number
  readonly success: boolean
}

export const openWorkFile = async (path: string, output: string): Promise<WorkFile> => {
  const file = openAppendFile(path)
  const places = await scanResults(path)
  let inOrder = false
  return {
    succeededBefore: [...places].filter(([, place]) => place.success).map(([id]) => id),
    append: (lines) => {
      inOrder = false
      const texts = lines.map((line) => `${JSON.stringify(line)}\n`)
      let offset = file.append(texts.join(''))
      for (const [at, line] of lines.entries()) {
        const length = Buffer.byteLength(texts[at] ?? '')
        keepBetter(places, line.custom_id, { offset, length, success: isSuccess(line) })
        offset += length
      }
    },
    writeInOrder: async (ids) => {
      const counts = await mergeResults({ path, places }, output, ids)
      inOrder = true
      return counts
    },
    close: () => {
      file.close()
      if (inOrder || places.size === 0) removeFile(path)
    },
  }
}

/** A success is never replaced by a failure: it was paid for. Otherwise the later line counts. */
const keepBetter = (places: Map<string, Place>, id: string, place: Place) => {
  if (place.success || !places.get(id)?.success) places.set(id, place)
}

const scanResults = async (path: string): Promise<Map<string, Place>> => {
  const places = new Map<string, Place>()
  if (!existsSync(path)) return places
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      const head = readHead(line.bytes)
      if (!head) continue
      keepBetter(places, head.custom_id, {
        offset: line.offset,
        length: line.bytes.length + 1,
        success: isSuccess(head),
      })
    }
  }
  return places
}

const readHead = (bytes: Buffer): { custom_id: string; status: string } | undefined => {
  try {
    const line: unknown = JSON.parse(bytes.toString())
    if (typeof line !== 'object' || line === null || !('custom_id' in line) || !('status' in line))
      return undefined
    const { custom_id, status } = line
    return typeof custom_id === 'string' && typeof status === 'string' ? { custom_id, status } : undefined
  } catch {
    return undefined
  }
}

const blockBytes = 1024 * 1024

const mergeResults = async (
  work: { readonly path: string; readonly places: ReadonlyMap<string, Place> },
  output: string,
  ids: readonly string[],
): Promise<{ written: number; failed: number }> => {
  const old = { path: output, places: await scanResults(output) }
  const workFile = openSync(work.path, 'r')
  const oldFile = existsSync(output) ? openSync(output, 'r') : undefined
  const counts = { written: 0, failed: 0 }
  try {
    replaceFile(output, (put) => {
      const blocks = collectBlocks(put)
      for (const id of ids) {
        const fresh = work.places.get(id)
        const kept = old.places.get(id)
        // As with keepBetter: a new failure does not take the place of an answer that is there.
        const place = fresh && (fresh.success || !kept?.success) ? fresh : kept
        const from = place === fresh ? workFile : oldFile
        if (!place || from === undefined) continue
        blocks.add(readPlace(from, place))
        counts.written++
        if (!place.success) counts.failed++
      }
      blocks.end()
    })
  } finally {
    closeSync(workFile)
    if (oldFile !== undefined) closeSync(oldFile)
  }
  return counts
}

/** A line at the end of a file that people edited may lack its line feed. */
const readPlace = (file: number, place: Place): Buffer => {
  const bytes = Buffer.alloc(place.length)
  readSync(file, bytes, 0, place.length, place.offset)
  bytes[place.length - 1] = 0x0a
  return bytes
}

const collectBlocks = (put: (bytes: Uint8Array) => void) => {
  let pieces: Uint8Array[] = []
  let bytes = 0
  const end = () => {
    if (bytes > 0) put(Buffer.concat(pieces))
    pieces = []
    bytes = 0
  }
  return {
    add: (piece: Uint8Array) => {
      pieces.push(piece)
      bytes += piece.length
      if (bytes >= blockBytes) end()
    },
    end,
  }
}
