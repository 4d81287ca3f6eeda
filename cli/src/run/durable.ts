import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A new name is only sure once its folder is on the disk. */
export const syncFolderOf = (path: string): void => {
  // Windows opens no folders, and its renames are written through.
  if (process.platform === 'win32') return
  const folder = openSync(dirname(path), 'r')
  fsyncSync(folder)
  closeSync(folder)
}

/** After a crash there is the whole old file or the whole new one. */
export const replaceFile = (path: string, write: (put: (bytes: Uint8Array) => void) => void): void => {
  const next = `${path}.tmp`
  const file = openSync(next, 'w')
  try {
    write((bytes) => writeAll(file, bytes))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(next, path)
  syncFolderOf(path)
}

/** The same for what is written by name, and not at once. */
export const replaceFileBy = async (path: string, write: (path: string) => Promise<void>): Promise<void> => {
  const next = `${path}.tmp`
  await write(next)
  const file = openSync(next, 'r+')
  fsyncSync(file)
  closeSync(file)
  renameSync(next, path)
  syncFolderOf(path)
}

export const writeAll = (file: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

export const removeFile = (path: string): void => {
  if (!existsSync(path)) return
  rmSync(path)
  syncFolderOf(path)
}
