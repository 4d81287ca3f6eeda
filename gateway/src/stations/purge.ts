import type { Blobs } from '../storage/blobs/blobs.ts'
import type { EngineStore } from '../storage/engine.ts'

/** At most so many deleted batches, files and uploads each lose their bytes in one tick. */
const PURGE_MAX = 20

/** Removes the bytes of what was deleted or has expired, then what the store still knows of it. */
export const purge = async (store: EngineStore, blobs: Pick<Blobs, 'remove'>): Promise<void> => {
  const remove = async (names: readonly string[]): Promise<void> => {
    for (const name of names) await blobs.remove(name)
  }
  for (const { batch, blobs: names } of await store.expire(PURGE_MAX)) {
    await remove(names)
    await store.purged(batch)
  }
  for (const { id, blobs: names } of await store.expireFiles(PURGE_MAX)) {
    await remove(names)
    await store.filePurged(id)
  }
  for (const { id, blobs: names } of await store.expireUploads(PURGE_MAX)) {
    await remove(names)
    await store.uploadPurged(id)
  }
}
