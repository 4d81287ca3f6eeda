import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { syncFolderOf, writeAll } from './durable.ts'

export interface AppendFile {
  /** Appends whole lines and returns when they are on the disk; gives the offset of the first. */
  append(lines: string): number
  close(): void
}

/** A file of lines that survives a kill: what a kill left half-written at its end is cut off. */
export const openAppendFile = (path: string): AppendFile => {
  const isNew = !existsSync(path)
  const file = openSync(path, 'a+')
  let size = cutHalfLine(file)
  if (isNew) syncFolderOf(path)
  return {
    append: (lines) => {
      const start = size
      const bytes = Buffer.from(lines)
      writeAll(file, bytes)
      fsyncSync(file)
      size += bytes.length
      return start
    },
    close: () => closeSync(file),
  }
}

const cutHalfLine = (file: number): number => {
  const { size } = fstatSync(file)
  const whole = endOfLastLine(file, size)
  if (whole < size) ftruncateSync(file, whole)
  return whole
}

const endOfLastLine = (file: number, size: number): number => {
  const block = Buffer.alloc(64 * 1024)
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length)
    readSync(file, block, 0, end - start, start)
    const at = block.subarray(0, end - start).lastIndexOf(0x0a)
    if (at !== -1) return start + at + 1
    end = start
  }
  return 0
}
