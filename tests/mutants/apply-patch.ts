import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Applies a unified diff to the tree below `root`. Stricter than `patch` (each hunk must fit to the letter,
 * in one place) and more patient (where in the file it lies does not matter): so a mutant survives changes
 * around it, and one that no longer says what it breaks fails.
 */
export const applyPatch = (root: string, patch: string): void => {
  const files = readPatch(patch)
  if (files.length === 0) throw new Error('the patch changes no file')
  for (const { path, hunks } of files) {
    const place = join(root, path)
    let text = readFileSync(place, 'utf8')
    for (const hunk of hunks) text = replaceOnce(path, text, hunk)
    writeFileSync(place, text)
  }
}

interface Hunk {
  before: string
  after: string
}

interface PatchedFile {
  readonly path: string
  readonly hunks: Hunk[]
}

const readPatch = (patch: string): PatchedFile[] => {
  const files: PatchedFile[] = []
  let hunk: Hunk | undefined
  for (const line of patch.split('\n')) {
    const [, path] = /^\+\+\+ b\/(\S+)/.exec(line) ?? []
    if (path !== undefined) {
      files.push({ path, hunks: [] })
      hunk = undefined
    } else if (line.startsWith('@@')) {
      hunk = { before: '', after: '' }
      files.at(-1)?.hunks.push(hunk)
    } else if (line.startsWith('--- ')) hunk = undefined
    else if (hunk) extend(hunk, line)
  }
  return files
}

const extend = (hunk: Hunk, line: string): void => {
  const text = `${line.slice(1)}\n`
  if (line.startsWith('-')) hunk.before += text
  else if (line.startsWith('+')) hunk.after += text
  else if (line.startsWith(' ')) {
    hunk.before += text
    hunk.after += text
  }
}

const replaceOnce = (path: string, text: string, { before, after }: Hunk): string => {
  const at = text.indexOf(before)
  if (before === '' || at < 0) throw new Error(`a hunk no longer applies to ${path}:\n${before}`)
  if (text.indexOf(before, at + 1) >= 0) throw new Error(`a hunk fits twice into ${path}:\n${before}`)
  return text.slice(0, at) + after + text.slice(at + before.length)
}
