import type { Db, Tx } from '../sql.ts'
import { forgetOldRecorders, forgetRecorders } from './usage.ts'

const ENTER = `
  INSERT INTO worker (id, expires_at) VALUES (?, ?)
  ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`
const RENEW = 'UPDATE worker SET expires_at = ? WHERE id = ? AND expires_at > ?'
const IS_LIVE = 'SELECT id FROM worker WHERE id = ? AND expires_at > ?'
const DEAD = 'SELECT id FROM worker WHERE expires_at <= ? ORDER BY id'
const FORGET = 'DELETE FROM worker WHERE id = ?'
const FORGET_DEAD = 'DELETE FROM worker WHERE expires_at <= ?'
const FORGET_ALL = 'DELETE FROM worker'

// Fencing accuses the request that ran alone when the owner died; leaving in good order accuses nobody.
const CRASHED = `
  UPDATE shard SET state = 'waiting', worker = NULL, crashes = crashes + 1, suspect = NULL, accused = suspect,
    accusations = CASE WHEN suspect IS NULL THEN 0 WHEN suspect = accused THEN accusations + 1 ELSE 1 END`
const FREE_ALL = `${CRASHED} WHERE state = 'running'`
const FREE_DEAD = `${CRASHED}
  WHERE state = 'running' AND worker IN (SELECT id FROM worker WHERE expires_at <= ?)`
const OF_DEAD = `
  SELECT id FROM shard
  WHERE state = 'running' AND worker IN (SELECT id FROM worker WHERE expires_at <= ?) ORDER BY id`
const HAND_BACK = `
  UPDATE shard SET state = 'waiting', worker = NULL, suspect = NULL WHERE state = 'running' AND worker = ?`

// A worker's row is locked before its shards, in every verb: a claim that meets a fence either comes first, and
// the fence frees what it took, or finds that its worker is gone.

/** Whether the store counts this worker among the living, by the store's clock; to the end of the transaction. */
export const isLive = async (tx: Tx, worker: string): Promise<boolean> =>
  (await tx.get(IS_LIVE + tx.traits.lockRow, [worker, tx.now])) !== undefined

export const join = (
  db: Db,
  worker: string,
  { leaseMs, alone }: { leaseMs: number; alone: boolean },
): Promise<void> =>
  db.write('upkeep', async (tx) => {
    if (alone) {
      await tx.run(FORGET_ALL)
      await tx.run(FREE_ALL)
      await forgetRecorders(tx)
    }
    await tx.run(ENTER, [worker, tx.now + leaseMs])
  })

export const renew = (db: Db, worker: string, leaseMs: number): Promise<{ alive: boolean }> =>
  db.write('upkeep', async (tx) => {
    const changed = await tx.run(RENEW, [tx.now + leaseMs, worker, tx.now])
    return { alive: changed === 1 }
  })

export const fence = (db: Db): Promise<{ shards: number }> =>
  db.write('upkeep', async (tx) => {
    if ((await tx.all(DEAD + tx.traits.lockRow, [tx.now])).length === 0) return { shards: 0 }
    // In the order in which an append of such a worker locks them too.
    await tx.all(OF_DEAD + tx.traits.lockRow, [tx.now])
    const shards = await tx.run(FREE_DEAD, [tx.now])
    await tx.run(FORGET_DEAD, [tx.now])
    await forgetOldRecorders(tx)
    return { shards }
  })

export const leave = (db: Db, worker: string): Promise<void> =>
  db.write('upkeep', async (tx) => {
    await tx.run(FORGET, [worker])
    await tx.run(HAND_BACK, [worker])
    await forgetOldRecorders(tx)
  })
