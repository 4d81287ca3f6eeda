import { closeSync, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { writeAll } from '../durable.ts'
import { isCompressed, isStandardInput } from './format.ts'

/** The bytes of a file or of standard input, unpacked. */
export const bytesOf = (path: string): Readable => {
  if (isStandardInput(path)) return process.stdin
  const file = createReadStream(path, { highWaterMark: blockBytes })
  // An error of either ends the other, and is what the reader of the last one gets.
  return isCompressed(path) ? pipeline(file, createGunzip({ chunkSize: blockBytes }), () => {}) : file
}

/** A file of our own that goes with the run. */
export interface Spool {
  readonly path: string
  write(bytes: Uint8Array): void
  writeRecord(fields: unknown): void
  /** Everything is in the file now. */
  end(): void
  discard(): void
}

const blockBytes = 1024 * 1024

/** In `parent`, which may be large: many a temporary folder lies in memory. */
export const createSpool = (parent: string = tmpdir()): Spool => {
  const folder = mkdtempSync(join(parent, 'sheepfold-run-'))
  const path = join(folder, 'input.jsonl')
  const file = openSync(path, 'w')
  let open = true
  let waiting: string[] = []
  let characters = 0
  const flush = () => {
    if (characters > 0) writeAll(file, Buffer.from(waiting.join('')))
    waiting = []
    characters = 0
  }
  const end = () => {
    if (!open) return
    flush()
    closeSync(file)
    open = false
  }
  return {
    path,
    write: (bytes) => writeAll(file, bytes),
    writeRecord: (fields) => {
      const line = `${JSON.stringify(fields)}\n`
      waiting.push(line)
      characters += line.length
      if (characters > blockBytes) flush()
    },
    end,
    discard: () => {
      end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
