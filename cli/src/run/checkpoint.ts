import { existsSync, readFileSync } from 'node:fs'
import { replaceFile } from './durable.ts'

/** `{"processed_ids":[…],"last_updated":"ISO time"}`, the file that clients of the native API keep. */
export interface Checkpoint {
  has(id: string): boolean
  /** Adds ids; they are on the disk at once, or soon where the file has grown large. */
  add(ids: Iterable<string>): void
  flush(): void
}

/**
 * The whole file is written anew each time, 20 MB for a million ids. It may lag behind by ten times what a
 * write takes: whatever it does not say yet, the file of results says.
 */
const restPerWrite = 10

export const openCheckpoint = (path: string): Checkpoint => {
  const ids = new Set(existsSync(path) ? readIds(path) : [])
  let dirty = false
  let restUntil = 0
  const flush = () => {
    if (!dirty) return
    const started = performance.now()
    const content = { processed_ids: [...ids], last_updated: new Date().toISOString() }
    replaceFile(path, (put) => put(Buffer.from(JSON.stringify(content))))
    dirty = false
    const took = performance.now() - started
    restUntil = performance.now() + took * restPerWrite
  }
  return {
    has: (id) => ids.has(id),
    add: (more) => {
      for (const id of more) {
        if (ids.has(id)) continue
        ids.add(id)
        dirty = true
      }
      if (performance.now() >= restUntil) flush()
    },
    flush,
  }
}

const readIds = (path: string): string[] => {
  const broken = (what: string) =>
    new Error(`${path} ${what}; it must be {"processed_ids":[…],"last_updated":"…"}. It was left as it is.`)
  const content = parse(readFileSync(path, 'utf8'))
  if (content === undefined) throw broken('is not JSON')
  if (typeof content !== 'object' || content === null || !('processed_ids' in content))
    throw broken('has no processed_ids')
  if (!Array.isArray(content.processed_ids)) throw broken('has processed_ids that are no list')
  return content.processed_ids.map(String)
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
