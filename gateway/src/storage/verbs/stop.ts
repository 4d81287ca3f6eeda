import type { StopCause } from '../../batch/batch-life.ts'
import type { ShardRef, WorkerNews } from '../engine.ts'
import { InvariantBroken } from '../errors.ts'
import { STOP_CAUSES } from '../life-names.ts'
import { int, oneOf, text } from '../rows.ts'
import type { Db, Row, Tx } from '../sql.ts'
import type { BatchView } from '../tenant.ts'
import { findBatch } from './batch-view.ts'
import { recordBatchEvent } from './events.ts'
import { totalsOfShards } from './totals.ts'

// Compare-and-set: the first cause wins, later ones find the batch no longer running.
const STOP = `
  UPDATE batch SET state = 'stopping', cause = ?, stopped_at = ?
  WHERE id = ? AND account = ? AND state = 'running' AND deleted_at IS NULL`

const TOMBSTONE = `
  UPDATE batch SET deleted_at = ? WHERE id = ? AND account = ? AND deleted_at IS NULL AND state <> 'running'`

const TOMBSTONE_FILES =
  'UPDATE file SET deleted_at = ? WHERE batch = ? AND account = ? AND deleted_at IS NULL'

const STOP_DUE = `
  UPDATE batch SET state = 'stopping', cause = 'deadline', stopped_at = ? WHERE state = 'running' AND window_end <= ?`

const HELD = `
  SELECT s.id AS shard, s.epoch, b.id AS batch, b.state, b.cause FROM shard s JOIN batch b ON b.id = s.batch
  WHERE s.state = 'running' AND s.worker = ?
  ORDER BY s.id`

export const stop = async (
  db: Db,
  account: string,
  id: string,
  cause: StopCause,
): Promise<BatchView | undefined> => {
  await db.write('stop', async (tx) => {
    const stopped = await tx.run(STOP, [cause, tx.now, id, account])
    if (stopped === 1 && cause === 'cancel') await tellOfCancel(tx, account, id)
  })
  // A view is read on one snapshot, which a write does not have.
  return db.read((tx) => findBatch(tx, account, id))
}

const tellOfCancel = async (tx: Tx, account: string, id: string): Promise<void> => {
  const totals = (await totalsOfShards(tx, [id])).get(id)
  if (!totals) throw new InvariantBroken(`batch ${id} was stopped, and has no shards`)
  const { counts, charge, listCharge } = totals
  await recordBatchEvent(tx, account, 'batch.cancelling', {
    id,
    status: 'cancelling',
    counts,
    charge,
    listCharge,
  })
}

/** The tombstone hides the batch at once; a running one drains, seals and posts behind it. */
export const remove = (db: Db, account: string, id: string): Promise<boolean> =>
  db.write('remove', async (tx) => {
    await tx.run(STOP, ['delete', tx.now, id, account])
    const removed = await tx.run(TOMBSTONE, [tx.now, id, account])
    // After it: a last seal at this moment has made its files by now, or finds the tombstone and makes none.
    await tx.run(TOMBSTONE_FILES, [tx.now, id, account])
    return removed === 1
  })

/** Stops what is due, then tells a worker what it holds, and which batches of that are stopping. */
export const tick = (db: Db, worker: string): Promise<WorkerNews> =>
  db.write('upkeep', async (tx) => {
    await tx.run(STOP_DUE, [tx.now, tx.now])
    const rows = await tx.all(HELD, [worker])
    return { stopping: stoppingOf(rows), held: rows.map((row) => refOf(row, worker)) }
  })

const refOf = (row: Row, worker: string): ShardRef => ({
  shard: int(row, 'shard'),
  epoch: int(row, 'epoch'),
  worker,
})

const stoppingOf = (rows: readonly Row[]): WorkerNews['stopping'] => {
  const stopping = new Map<string, StopCause>()
  for (const row of rows) {
    if (row.state === 'stopping') stopping.set(text(row, 'batch'), oneOf(row, 'cause', STOP_CAUSES))
  }
  return [...stopping].map(([batch, cause]) => ({ batch, cause }))
}

const RUNS = "SELECT 1 AS runs FROM batch WHERE id = ? AND state <> 'ended' AND deleted_at IS NULL"

export const hasEnded = (db: Db, batch: string): Promise<boolean> =>
  db.read(async (tx) => (await tx.get(RUNS, [batch])) === undefined)
