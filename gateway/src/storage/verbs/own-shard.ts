import type { ShardRef } from '../engine.ts'
import type { Db } from '../sql.ts'

/**
 * The two small writes of a shard's owner. Both name the epoch: whoever lost the shard changes nothing.
 */
const OWNED = "id = ? AND epoch = ? AND worker = ? AND state = 'running'"
const RELEASE = `UPDATE shard SET state = 'waiting', worker = NULL, suspect = NULL WHERE ${OWNED}`
const SUSPECT = `UPDATE shard SET suspect = ? WHERE ${OWNED}`

export const release = (db: Db, { shard, epoch, worker }: ShardRef): Promise<{ kind: 'released' | 'lost' }> =>
  db.write('release', async (tx) => {
    const changed = await tx.run(RELEASE, [shard, epoch, worker])
    return { kind: changed === 1 ? 'released' : 'lost' }
  })

export const suspect = (
  db: Db,
  { shard, epoch, worker }: ShardRef,
  position: number | null,
): Promise<{ kind: 'recorded' | 'lost' }> =>
  db.write('upkeep', async (tx) => {
    const changed = await tx.run(SUSPECT, [position, shard, epoch, worker])
    return { kind: changed === 1 ? 'recorded' : 'lost' }
  })
