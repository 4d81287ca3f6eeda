import type { UnfinishedBatch } from '../engine.ts'
import { text, textOrNull } from '../rows.ts'
import type { Db } from '../sql.ts'

const UNFINISHED = `
  SELECT b.id, s.segment, s.error_segment FROM batch b LEFT JOIN shard s ON s.batch = b.id AND s.segment IS NOT NULL
  WHERE b.state <> 'ended' ORDER BY b.id`

/** The batches that still run, each with the segments that its sealed shards name. */
export const unfinished = (db: Db): Promise<UnfinishedBatch[]> =>
  db.read(async (tx) => {
    const batches = new Map<string, string[]>()
    for (const row of await tx.all(UNFINISHED)) {
      const batch = text(row, 'id')
      const segments = batches.get(batch) ?? []
      for (const column of ['segment', 'error_segment']) {
        const segment = textOrNull(row, column)
        if (segment !== null) segments.push(segment)
      }
      batches.set(batch, segments)
    }
    return [...batches].map(([batch, segments]) => ({ batch, segments }))
  })
