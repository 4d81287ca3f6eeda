import type { Blobs } from './storage/blobs/blobs.ts'
import type { TimeStore } from './storage/engine.ts'

const ASK_MAX = 200
const INPUT = /^inputs\/(batch_[0-9A-Za-z]+)\.jsonl$/

/**
 * Removes inputs that no batch came to own: their process died between writing them and accepting the
 * batch. Only for a process that is alone, before it takes its first create.
 */
export const sweepOrphans = async (
  store: Pick<TimeStore, 'existing'>,
  blobs: Pick<Blobs, 'list' | 'remove'>,
): Promise<number> => {
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
