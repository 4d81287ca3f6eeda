import type { StopCause } from '../../batch/batch-life.ts'
import { STOP_CAUSES } from '../life-names.ts'
import { oneOf, text } from '../rows.ts'
import type { Db, Tx } from '../sql.ts'
import type { BatchView } from '../tenant.ts'
import { findBatch } from './batch-view.ts'

// Compare-and-set: the first cause wins, later ones find the batch no longer running.
const STOP = `
  UPDATE batch SET state = 'stopping', cause = ?
  WHERE id = ? AND account = ? AND state = 'running' AND deleted_at IS NULL`

const TOMBSTONE = 'UPDATE batch SET deleted_at = ? WHERE id = ? AND account = ? AND deleted_at IS NULL'

const STOP_DUE = `
  UPDATE batch SET state = 'stopping', cause = 'deadline' WHERE state = 'running' AND window_end <= ?`

const STOPPING_OF_WORKER = `
  SELECT DISTINCT b.id, b.cause FROM shard s JOIN batch b ON b.id = s.batch
  WHERE s.state = 'running' AND s.worker = ? AND b.state = 'stopping'
  ORDER BY b.id`

export const stop = (db: Db, account: string, id: string, cause: StopCause): Promise<BatchView | undefined> =>
  db.write('stop', async (tx) => {
    await tx.run(STOP, [cause, id, account])
    return findBatch(tx, account, id)
  })

/** The tombstone hides the batch at once; a running one drains, seals and posts behind it. */
export const remove = (db: Db, account: string, id: string): Promise<boolean> =>
  db.write('remove', async (tx) => {
    await tx.run(STOP, ['delete', id, account])
    return (await tx.run(TOMBSTONE, [tx.now, id, account])) === 1
  })

export interface StoppingBatch {
  batch: string
  cause: StopCause
}

/** Stops what is due, then tells a worker which of the batches that it works on are stopping. */
export const tick = (db: Db, worker: string): Promise<{ stopping: StoppingBatch[] }> =>
  db.write('upkeep', async (tx) => {
    await tx.run(STOP_DUE, [tx.now])
    return { stopping: await stoppingOf(tx, worker) }
  })

const stoppingOf = async (tx: Tx, worker: string): Promise<StoppingBatch[]> => {
  const rows = await tx.all(STOPPING_OF_WORKER, [worker])
  return rows.map((row) => ({ batch: text(row, 'id'), cause: oneOf(row, 'cause', STOP_CAUSES) }))
}

const RUNS = "SELECT 1 AS runs FROM batch WHERE id = ? AND state <> 'ended' AND deleted_at IS NULL"

export const hasEnded = (db: Db, batch: string): Promise<boolean> =>
  db.read(async (tx) => (await tx.get(RUNS, [batch])) === undefined)
