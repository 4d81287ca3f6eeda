import type { Blobs } from '../../../gateway/src/storage/blobs/blobs.ts'
import type { OrderPlan } from '../orders.ts'
import { listed } from '../process-blobs.ts'
import type { StoreWatch } from './store-watch.ts'

/** What must be true once everything has come to its end. */
export const checkEnd = async (order: {
  watch: StoreWatch
  blobs: Blobs
  clients: readonly OrderPlan[]
  violation: (text: string) => void
}): Promise<void> => {
  const { watch, blobs, violation } = order
  for (const { number } of order.clients) {
    if (!watch.batchOfOrder.has(number)) violation(`order ${number} has no batch`)
  }
  const left = (await listed(blobs, '')).map(({ name }) => name)
  for (const batch of watch.batches.values()) {
    const { id, input, purgedAt, cause, unanswered } = batch
    if (cause === null && unanswered > 0) violation(`batch ${id} ended by itself without all answers`)
    const own = left.filter((name) => name === input || name.startsWith(`segments/${id}/`))
    if (purgedAt !== null && own.length > 0) violation(`batch ${id} was purged, and ${own.join()} is left`)
    if (purgedAt === null && !left.includes(input)) violation(`batch ${id} has lost its input`)
  }
}
