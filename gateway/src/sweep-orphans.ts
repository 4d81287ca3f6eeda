import type { Blobs } from './storage/blobs/blobs.ts'
import type { TimeStore } from './storage/engine.ts'

type SweptBlobs = Pick<Blobs, 'list' | 'remove'>

/**
 * Removes what the death of a process left without an owner. Only for a process that is alone, before it
 * takes its first create and claims its first shard.
 */
export const sweepOrphans = async (
  store: Pick<TimeStore, 'existing' | 'unfinished'>,
  blobs: SweptBlobs,
): Promise<number> => (await sweepInputs(store, blobs)) + (await sweepSegments(store, blobs))

const ASK_MAX = 200
const INPUT = /^inputs\/(batch_[0-9A-Za-z]+)\.jsonl$/

/** Inputs that no batch came to own: their process died between writing them and accepting the batch. */
const sweepInputs = async (store: Pick<TimeStore, 'existing'>, blobs: SweptBlobs): Promise<number> => {
  let swept = 0
  let page: string[] = []
  const sweepPage = async (): Promise<void> => {
    const known = new Set(await store.existing(page))
    for (const batch of page) {
      if (known.has(batch)) continue
      await blobs.remove(`inputs/${batch}.jsonl`)
      swept += 1
    }
    page = []
  }
  for await (const { name } of blobs.list('inputs/')) {
    const batch = INPUT.exec(name)?.[1]
    if (batch !== undefined) page.push(batch)
    if (page.length === ASK_MAX) await sweepPage()
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
