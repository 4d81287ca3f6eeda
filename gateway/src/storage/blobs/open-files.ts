import { type FileHandle, open } from 'node:fs/promises'
import { BlobMissing } from './blobs.ts'

export interface OpenFile {
  readonly handle: FileHandle
  readonly bytes: number
}

interface Entry {
  readonly opened: Promise<OpenFile>
  readers: number
  /** No longer in the cache: the last reader closes it. */
  evicted: boolean
}

/**
 * Open files, the least recently used closed first and none while it is read. A shard's requests and a
 * batch's results are read in many small pieces; opening a file for each would cost more than the piece.
 */
export class OpenFiles {
  readonly #filesMax: number
  /** In the order of use, the latest last. */
  readonly #entries = new Map<string, Entry>()

  constructor(filesMax: number) {
    this.#filesMax = filesMax
  }

  async use<T>(path: string, read: (file: OpenFile) => Promise<T>): Promise<T> {
    const entry = this.#entry(path)
    entry.readers += 1
    try {
      return await read(await entry.opened)
    } finally {
      entry.readers -= 1
      this.#closeIfDone(entry)
    }
  }

  /** Closes a file that was removed or replaced: an open one would keep its bytes on the disk. */
  forget(path: string): void {
    const entry = this.#entries.get(path)
    if (entry) this.#evict(path, entry)
  }

  forgetAll(): void {
    for (const [path, entry] of this.#entries) this.#evict(path, entry)
  }

  #entry(path: string): Entry {
    const known = this.#entries.get(path)
    if (known) {
      this.#entries.delete(path)
      this.#entries.set(path, known)
      return known
    }
    const entry: Entry = { opened: openFile(path), readers: 0, evicted: false }
    this.#entries.set(path, entry)
    entry.opened.catch(() => {
      if (this.#entries.get(path) === entry) this.#entries.delete(path)
    })
    this.#makeRoom()
    return entry
  }

  #makeRoom(): void {
    if (this.#entries.size <= this.#filesMax) return
    const [oldest] = this.#entries
    if (oldest) this.#evict(...oldest)
  }

  #evict(path: string, entry: Entry): void {
    this.#entries.delete(path)
    entry.evicted = true
    this.#closeIfDone(entry)
  }

  #closeIfDone(entry: Entry): void {
    if (!entry.evicted || entry.readers > 0) return
    entry.opened.then(
      ({ handle }) => handle.close(),
      () => undefined,
    )
  }
}

const openFile = async (path: string): Promise<OpenFile> => {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw isMissing(error) ? new BlobMissing(`there is no blob at ${path}`) : error
  })
  const stat = await handle.stat()
  if (stat.isFile()) return { handle, bytes: stat.size }
  await handle.close()
  throw new BlobMissing(`there is no blob at ${path}`)
}

const MISSING: readonly unknown[] = ['ENOENT', 'ENOTDIR', 'EISDIR']

/** Nothing is there, or a file where a folder of the name would be, or a folder where the file would be. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && MISSING.includes(error.code)
