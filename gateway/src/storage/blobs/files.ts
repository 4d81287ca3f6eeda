import { type FileHandle, mkdir, open, opendir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { threadId } from 'node:worker_threads'
import { assertBlobName, UNFINISHED_FOLDER } from './blob-name.ts'
import type { Blobs, BlobWriter } from './blobs.ts'
import { isMissing, OpenFiles } from './open-files.ts'

export interface FileBlobsOptions {
  readonly root: string
  /** Removes what earlier processes left unfinished. Only for the one process that writes here. */
  readonly sweepUnfinished: boolean
  readonly openFilesMax?: number
}

export interface FileBlobs extends Blobs {
  close(): void
}

const OPEN_FILES_MAX = 64
const SYNC_BYTES = 32 * 1_048_576

/**
 * Blobs as plain files. A blob is written under `tmp/`, synced, renamed to its name, and the folder synced:
 * after a crash a name either does not exist or has all of its bytes.
 */
export const openFileBlobs = async (options: FileBlobsOptions): Promise<FileBlobs> => {
  const { root } = options
  const unfinished = join(root, UNFINISHED_FOLDER)
  if (options.sweepUnfinished) await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  const files = new OpenFiles(options.openFilesMax ?? OPEN_FILES_MAX)
  let created = 0

  const pathOf = (name: string): string => {
    assertBlobName(name)
    return join(root, name)
  }

  /** Several of us may write to one folder, and count alike: a draft that is there is another one's. */
  const openDraft = async (): Promise<{ draft: string; handle: FileHandle }> => {
    for (;;) {
      created += 1
      const draft = join(unfinished, `${process.pid}-${threadId}-${created}`)
      const handle = await open(draft, 'wx').catch(unlessThere)
      if (handle) return { draft, handle }
    }
  }

  return {
    async create(name) {
      const target = pathOf(name)
      const { draft, handle } = await openDraft()
      return createWriter({ root, draft, target, handle, onCommit: () => files.forget(target) })
    },
    async read(name, start, length, into) {
      return files.use(pathOf(name), ({ handle, bytes }) => {
        const there = Math.max(0, Math.min(length, bytes - start))
        const fits = into !== undefined && into.length >= there
        return readExactly(handle, start, fits ? into.subarray(0, there) : Buffer.allocUnsafeSlow(there))
      })
    },
    async remove(name) {
      const path = pathOf(name)
      files.forget(path)
      await unlink(path).catch(unlessMissing)
      await removeEmptyFolders(root, dirname(path))
    },
    async *list(prefix) {
      for await (const path of filesBelow(join(root, dirname(`${prefix}x`)))) {
        const name = relative(root, path).split(sep).join('/')
        if (!name.startsWith(prefix) || name.startsWith(`${UNFINISHED_FOLDER}/`)) continue
        const found = await stat(path).catch(unlessMissing)
        if (found) yield { name, bytes: found.size }
      }
    },
    close: () => files.forgetAll(),
  }
}

interface WriterOptions {
  readonly root: string
  readonly draft: string
  readonly target: string
  readonly handle: FileHandle
  readonly onCommit: () => void
}

const createWriter = ({ root, draft, target, handle, onCommit }: WriterOptions): BlobWriter => {
  let bytesWritten = 0
  let writing: Promise<void> = Promise.resolve()
  let bytesSyncing = 0
  let syncing: Promise<void> = Promise.resolve()
  let open = true

  const writeAll = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; ) {
      // The system may take less than it was given, above all when the disk is nearly full.
      const written = await handle.write(bytes, at, bytes.length - at, bytesWritten)
      at += written.bytesWritten
      bytesWritten += written.bytesWritten
    }
    syncBehind()
  }

  /** A large blob is synced while it is still coming, so that its commit has little left to wait for. */
  const syncBehind = (): void => {
    if (bytesWritten - bytesSyncing < SYNC_BYTES) return
    bytesSyncing = bytesWritten
    syncing = syncing.then(() => handle.datasync())
    // It is awaited by the commit, or the blob is dropped.
    syncing.catch(() => undefined)
  }

  const close = async (): Promise<void> => {
    if (!open) return
    open = false
    await handle.close()
  }

  return {
    write(bytes) {
      // One after another: two writes to one file at the same moment spin for its lock, each on a core of its own.
      writing = writing.then(() => writeAll(bytes))
      // Whoever gave the bytes hears of a failure, and gives them up.
      writing.catch(() => undefined)
      return writing
    },
    async commit() {
      await syncing
      await handle.sync()
      await close()
      await moveIntoPlace(root, draft, target)
      onCommit()
      return { bytes: bytesWritten }
    },
    async abort() {
      await syncing.catch(() => undefined)
      await close()
      await rm(draft, { force: true })
    },
  }
}

/** Removing the last blob of a folder removes the folder too, perhaps just before this rename into it. */
const RENAME_TRIES = 3

const moveIntoPlace = async (root: string, draft: string, target: string): Promise<void> => {
  const folder = dirname(target)
  for (let tries = 1; ; tries += 1) {
    const firstMade = await mkdir(folder, { recursive: true })
    try {
      await rename(draft, target)
    } catch (error) {
      if (isMissing(error) && tries < RENAME_TRIES) continue
      throw error
    }
    return syncFolders(folder, firstMade === undefined ? folder : dirname(firstMade), root)
  }
}

/** Makes names durable: that of the blob, and those of the folders that were made for it. */
const syncFolders = async (lowest: string, highest: string, root: string): Promise<void> => {
  for (let folder = lowest; ; folder = dirname(folder)) {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
    if (folder === highest || folder === root) return
  }
}

const removeEmptyFolders = async (root: string, lowest: string): Promise<void> => {
  for (let folder = lowest; folder !== root; folder = dirname(folder)) {
    try {
      await rmdir(folder)
    } catch {
      // Not empty, or gone: either way nothing above it is to be removed.
      return
    }
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(unlessMissing)
  if (!entries) return
  for await (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

const readExactly = async (handle: FileHandle, start: number, target: Buffer): Promise<Buffer> => {
  let at = 0
  while (at < target.length) {
    const { bytesRead } = await handle.read(target, at, target.length - at, start + at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return target.subarray(0, at)
}

const unlessThere = (error: unknown): undefined => {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined
  throw error
}

const unlessMissing = (error: unknown): undefined => {
  if (isMissing(error)) return undefined
  throw error
}
