import { BATCH_OUTCOMES } from '../life-names.ts'
import { int, oneOf, text, textOrNull } from '../rows.ts'
import type { Db } from '../sql.ts'
import type { EndedBatch, QueueStatus } from '../status.ts'
import { frozenTotals } from './totals.ts'

// Of the index of waiting shards alone: a hundred million requests are a hundred thousand of its entries.
const WAITING = `
  SELECT model, count(*) AS shards, CAST(sum(n) AS BIGINT) AS requests FROM shard WHERE state = 'waiting'
  GROUP BY model ORDER BY model`

const RUNNING = `
  SELECT count(*) AS shards, CAST(coalesce(sum(journal_bytes), 0) AS BIGINT) AS journal_bytes
  FROM shard WHERE state = 'running'`

const ENDED = "SELECT * FROM batch WHERE id = ? AND state = 'ended'"

export const ping = (db: Db): Promise<void> =>
  db.read(async (tx) => {
    await tx.get('SELECT 1 AS answer')
  })

export const queue = (db: Db): Promise<QueueStatus> =>
  db.read(async (tx) => {
    const waiting = await tx.all(WAITING)
    const running = await tx.get(RUNNING)
    return {
      waiting: waiting.map((row) => ({
        model: text(row, 'model'),
        shards: int(row, 'shards'),
        requests: int(row, 'requests'),
      })),
      runningShards: running ? int(running, 'shards') : 0,
      journalBytes: running ? int(running, 'journal_bytes') : 0,
    }
  })

export const ended = (db: Db, batch: string): Promise<EndedBatch | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(ENDED, [batch])
    if (!row) return undefined
    const { counts, charge, cost, waste } = frozenTotals(row)
    return {
      account: text(row, 'account'),
      outcome: oneOf(row, 'outcome', BATCH_OUTCOMES),
      counts,
      createdAt: int(row, 'created_at'),
      endedAt: int(row, 'ended_at'),
      charge,
      cost,
      waste,
      trace: textOrNull(row, 'trace'),
    }
  })
