import type { RequestTable } from '../../batch/dialect.ts'
import { decodeIndex } from '../../batch/index-codec.ts'
import type { BatchStore, BatchView } from '../../storage/tenant.ts'
import type { ShardSpan } from './merge-shards.ts'

type ReadIndex = Pick<BatchStore, 'index'>

/** The shards of a batch by their first requests; undefined where it was deleted meanwhile. */
export const spansOf = async (
  store: ReadIndex,
  { id, shards }: Pick<BatchView, 'id' | 'shards'>,
): Promise<ShardSpan[] | undefined> => {
  const spans: ShardSpan[] = []
  for (let number = 0; number < shards; number += 1) {
    const table = await tableOf(store, id, number)
    if (!table) return undefined
    spans.push({ number, first: table.batchIndex(0), last: table.batchIndex(table.count - 1) })
  }
  return spans.sort((one, other) => one.first - other.first)
}

/** Where the requests of a shard are in its batch; undefined where it was deleted meanwhile. */
export const tableOf = async (
  store: ReadIndex,
  batch: string,
  number: number,
): Promise<RequestTable | undefined> => {
  const bytes = await store.index(batch, number)
  return bytes && decodeIndex(bytes)
}

/**
 * Of shards by their first requests, those up to the last place that none spans and before which all are sealed. What
 * is sealed later lies behind all of their requests, so what they show together only grows at its end.
 */
export const settledSpans = (
  spans: readonly ShardSpan[],
  isSealed: (number: number) => boolean,
): ShardSpan[] => {
  let settled = 0
  let reach = -1
  for (const [at, { number, first, last }] of spans.entries()) {
    if (first > reach) settled = at
    if (!isSealed(number)) return spans.slice(0, settled)
    reach = Math.max(reach, last)
  }
  return [...spans]
}
