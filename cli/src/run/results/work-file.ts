import { closeSync, existsSync, openSync } from 'node:fs'
import { openAppendFile } from '../append-file.ts'
import { removeFile, replaceFile } from '../durable.ts'
import { keepBetter, type Place, rankOf, rankOfSuccess, readPlace, scanResults } from './places.ts'
import type { ResultLine } from './result-line.ts'

/** The results as they come in, block by block, until they are put into input order. */
export interface WorkFile {
  /** Ids that an earlier run got an answer for and did not put into order any more. */
  readonly succeededBefore: readonly string[]
  append(lines: readonly ResultLine[]): void
  /** The best lines of these ids, of this run or an earlier one, as JSON texts; what has none is left out. */
  read(ids: readonly string[]): Promise<string[]>
  /** Those whose best line is a failure. */
  failedIds(): Promise<ReadonlySet<string>>
  /** Writes the results of these ids in this order; what the output already had and nobody brought anew stays. */
  writeInOrder(ids: readonly string[]): Promise<InOrder>
  /** Where everything is in order, or nothing came, the file is not needed any more. */
  close(): void
}

export interface InOrder {
  readonly written: number
  readonly failed: number
}

export const openWorkFile = async (path: string, output: string): Promise<WorkFile> => {
  const file = openAppendFile(path)
  const places = await scanResults(path)
  let inOrder = false
  /** As of now: a line may be in either file. */
  const open = async () => openBoth({ path, places }, { path: output, places: await scanResults(output) })
  return {
    succeededBefore: [...places].filter(([, { rank }]) => rank === rankOfSuccess).map(([id]) => id),
    append: (lines) => {
      inOrder = false
      const texts = lines.map((line) => `${JSON.stringify(line)}\n`)
      let offset = file.append(texts.join(''))
      for (const [at, line] of lines.entries()) {
        const length = Buffer.byteLength(texts[at] ?? '')
        keepBetter(places, line.custom_id, { offset, length, rank: rankOf(line.status) })
        offset += length
      }
    },
    read: async (ids) => {
      const both = await open()
      try {
        return ids.flatMap((id) => both.find(id)?.read().toString() ?? [])
      } finally {
        both.close()
      }
    },
    failedIds: async () => {
      const all = await scanResults(output)
      for (const [id, place] of places) keepBetter(all, id, place)
      return new Set([...all].filter(([, { rank }]) => rank < rankOfSuccess).map(([id]) => id))
    },
    writeInOrder: async (ids) => {
      const both = await open()
      try {
        const counts = writeLines(output, ids, both)
        inOrder = true
        return counts
      } finally {
        both.close()
      }
    },
    close: () => {
      file.close()
      if (inOrder || places.size === 0) removeFile(path)
    },
  }
}

interface FileOfResults {
  readonly path: string
  readonly places: ReadonlyMap<string, Place>
}

type BothFiles = ReturnType<typeof openBoth>

const openBoth = (work: FileOfResults, old: FileOfResults) => {
  const workFile = openSync(work.path, 'r')
  const oldFile = existsSync(old.path) ? openSync(old.path, 'r') : undefined
  return {
    find: (id: string) => {
      const fresh = work.places.get(id)
      const kept = old.places.get(id)
      // As with keepBetter: a new failure does not take the place of an answer that is there.
      const place = fresh && fresh.rank >= (kept?.rank ?? 0) ? fresh : kept
      const from = place === fresh ? workFile : oldFile
      if (!place || from === undefined) return undefined
      return { failed: place.rank < rankOfSuccess, read: () => readPlace(from, place) }
    },
    close: () => {
      closeSync(workFile)
      if (oldFile !== undefined) closeSync(oldFile)
    },
  }
}

const blockBytes = 1024 * 1024

const writeLines = (output: string, ids: readonly string[], both: BothFiles): InOrder => {
  const counts = { written: 0, failed: 0 }
  replaceFile(output, (put) => {
    const blocks = collectBlocks(put)
    for (const id of ids) {
      const line = both.find(id)
      if (!line) continue
      blocks.add(line.read())
      counts.written++
      if (line.failed) counts.failed++
    }
    blocks.end()
  })
  return counts
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
