import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

export interface Source {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage'])

/** Every TypeScript file below a folder of the repository. */
export const sourcesBelow = (folder: string): Source[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(root, folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sourcesBelow(relative(root, path))
    if (!entry.name.endsWith('.ts')) return []
    return [{ path: relative(root, path), text: readFileSync(path, 'utf8') }]
  })

export const isTest = ({ path }: Source): boolean => /\.(test|contract|fixture)\.ts$/.test(path)
