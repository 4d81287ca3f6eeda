import { countBits } from '../../batch/done-bits.ts'
import type { SealReceipt, ShardRef } from '../engine.ts'
import { InvariantBroken } from '../errors.ts'
import { bytes, int, nano, text } from '../rows.ts'
import type { Row, Tx } from '../sql.ts'
import { endBatchIfLast } from './end-batch.ts'
import { ledger, post } from './post.ts'
import { type SegmentDeps, type WrittenSegment, writeSegment } from './segment.ts'

const OWNED = `
  SELECT id, batch, account, number, epoch, n, done, charge, cost, waste FROM shard
  WHERE id = ? AND epoch = ? AND worker = ? AND state = 'running'`

const SEAL = `
  UPDATE shard SET state = 'sealed', worker = NULL, suspect = NULL, segment = ?, segment_bytes = ?, latency = ?,
    tail = ?
  WHERE id = ? AND epoch = ? AND state = 'running'`

const DROP_JOURNAL = 'DELETE FROM journal WHERE shard = ?'

/**
 * T4: ends a shard whose every request has its answer. The segment is durable before the transaction names
 * it; one that no transaction came to name is an orphan, recognised by its epoch, and removed with its batch.
 */
export const seal = async (deps: SegmentDeps, ref: ShardRef): Promise<SealReceipt> => {
  const { db, crash } = deps
  const owned = await db.read((tx) => ownedShard(tx, ref, ''))
  if (!owned) return { kind: 'lost' }
  checkComplete(owned)
  crash('seal.before_segment')
  const segment = await writeSegment(deps, {
    shard: ref.shard,
    count: int(owned, 'n'),
    name: `segments/${text(owned, 'batch')}/${int(owned, 'number')}-${ref.epoch}.jsonl`,
    charge: nano(owned, 'charge'),
    cost: nano(owned, 'cost'),
  })
  crash('seal.after_segment')
  return db.write('seal', (tx) => commitSeal(tx, ref, segment))
}

const commitSeal = async (tx: Tx, ref: ShardRef, segment: WrittenSegment): Promise<SealReceipt> => {
  // Read again, and locked: late answers may have added waste, and the shard may have changed hands.
  const shard = await ownedShard(tx, ref, tx.traits.lockRow)
  if (!shard) return { kind: 'lost' }
  await tx.run(SEAL, [segment.name, segment.bytes, segment.latency, new Uint8Array(0), ref.shard, ref.epoch])
  await tx.run(DROP_JOURNAL, [ref.shard])
  await postShard(tx, shard)
  return { kind: 'sealed', batchEnded: await endBatchIfLast(tx, text(shard, 'batch')) }
}

const ownedShard = (tx: Tx, ref: ShardRef, lock: string): Promise<Row | undefined> =>
  tx.get(OWNED + lock, [ref.shard, ref.epoch, ref.worker])

const checkComplete = (shard: Row): void => {
  const answered = countBits(bytes(shard, 'done'))
  if (answered !== int(shard, 'n')) {
    throw new InvariantBroken(
      `shard ${int(shard, 'id')} cannot be sealed: ${answered} of ${int(shard, 'n')} requests have an answer`,
    )
  }
}

const postShard = async (tx: Tx, shard: Row): Promise<void> => {
  const charge = nano(shard, 'charge')
  const cost = nano(shard, 'cost')
  const waste = nano(shard, 'waste')
  await post(tx, {
    source: `shard:${int(shard, 'id')}`,
    batch: text(shard, 'batch'),
    shard: int(shard, 'id'),
    entries: [
      [ledger.held(text(shard, 'account')), -charge],
      [ledger.revenue, charge],
      [ledger.providerExpense, cost],
      [ledger.providerPayable, -cost],
      [ledger.wasteExpense, waste],
      [ledger.providerPayable, -waste],
    ],
  })
}
