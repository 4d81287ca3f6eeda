import type { Blobs } from './storage/blobs/blobs.ts'
import type { FileTimeStore, TimeStore } from './storage/engine.ts'

type SweptBlobs = Pick<Blobs, 'list' | 'remove'>

/**
 * Removes what the death of a process left without an owner. Only for a process that is alone, before it
 * takes its first create and claims its first shard.
 */
export const sweepOrphans = async (
  store: Pick<TimeStore, 'existing' | 'unfinished'> &
    Pick<FileTimeStore, 'existingFiles' | 'dropUnfinishedFiles'>,
  blobs: SweptBlobs,
): Promise<number> => {
  await store.dropUnfinishedFiles()
  const files = (names: readonly string[]) => store.existingFiles(names)
  return (
    (await sweepNamed(INPUTS, (names) => store.existing(names), blobs)) +
    (await sweepNamed(FILES, files, blobs)) +
    (await sweepSegments(store, blobs))
  )
}

const ASK_MAX = 200

interface Named {
  readonly prefix: string
  /** Its first group is the id of the owner. */
  readonly pattern: RegExp
}

const INPUTS: Named = { prefix: 'inputs/', pattern: /^inputs\/((?:msg)?batch_[0-9A-Za-z]+)\.jsonl?$/ }
const FILES: Named = { prefix: 'files/', pattern: /^files\/(file-[0-9A-Za-z]+)$/ }

/** Blobs that nothing came to own: their process died between writing them and storing what names them. */
const sweepNamed = async (
  { prefix, pattern }: Named,
  existing: (ids: readonly string[]) => Promise<string[]>,
  blobs: SweptBlobs,
): Promise<number> => {
  let swept = 0
  let page = new Map<string, string>()
  const sweepPage = async (): Promise<void> => {
    const known = new Set(await existing([...page.keys()]))
    for (const [owner, name] of page) {
      if (known.has(owner)) continue
      await blobs.remove(name)
      swept += 1
    }
    page = new Map()
  }
  for await (const { name } of blobs.list(prefix)) {
    const owner = pattern.exec(name)?.[1]
    if (owner !== undefined) page.set(owner, name)
    if (page.size === ASK_MAX) await sweepPage()
  }
  await sweepPage()
  return swept
}

/**
 * Segments that no seal came to name: their process died before the commit, and the shard's next epoch
 * writes one under another name. Such a shard is not sealed, so only batches that still run have any.
 */
const sweepSegments = async (store: Pick<TimeStore, 'unfinished'>, blobs: SweptBlobs): Promise<number> => {
  let swept = 0
  for (const { batch, segments } of await store.unfinished()) {
    const named = new Set(segments)
    for await (const { name } of blobs.list(`segments/${batch}/`)) {
      if (named.has(name)) continue
      await blobs.remove(name)
      swept += 1
    }
  }
  return swept
}
