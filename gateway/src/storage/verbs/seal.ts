import { countBits } from '../../batch/done-bits.ts'
import type { SealReceipt, ShardRef } from '../engine.ts'
import { InvariantBroken } from '../errors.ts'
import { SEGMENT_LAYOUTS } from '../life-names.ts'
import { bytes, int, nano, oneOf, text } from '../rows.ts'
import type { SegmentLayout } from '../shards.ts'
import type { Row, Tx } from '../sql.ts'
import { endBatchIfLast } from './end-batch.ts'
import { ledger, post, saleEntries } from './post.ts'
import { type SegmentDeps, type WrittenSegment, writeSegment } from './segment.ts'

const OWNED = `
  SELECT id, batch, account, number, epoch, n, done, charge, cost, waste FROM shard
  WHERE id = ? AND epoch = ? AND worker = ? AND state = 'running'`

const LAYOUT = 'SELECT layout FROM batch WHERE id = ?'

const SEAL = `
  UPDATE shard SET state = 'sealed', worker = NULL, suspect = NULL, segment = ?, segment_bytes = ?,
    error_segment = ?, error_segment_bytes = ?, kinds = ?, latency = ?, tail = ?
  WHERE id = ? AND epoch = ? AND state = 'running'`

const NAMED = 'SELECT segment FROM shard WHERE id = ?'

const DROP_JOURNAL = 'DELETE FROM journal WHERE shard = ?'

/**
 * T4: ends a shard whose every request has its answer. The segment is durable before the transaction names
 * it; one that no transaction came to name is an orphan, recognised by its epoch, and removed with its batch.
 */
export const seal = async (deps: SegmentDeps, ref: ShardRef): Promise<SealReceipt> => {
  const { db, crash } = deps
  const found = await db.read(async (tx) => {
    const shard = await ownedShard(tx, ref, '')
    return shard && { shard, layout: await layoutOf(tx, shard) }
  })
  if (!found) return LOST
  const { shard: owned, layout } = found
  checkComplete(owned)
  crash('seal.before_segment')
  const stem = `segments/${text(owned, 'batch')}/${int(owned, 'number')}-${ref.epoch}`
  const names = { name: `${stem}.jsonl`, errorName: `${stem}.errors.jsonl` }
  const segment = await segmentOf(deps, ref, { owned, layout, ...names })
  if (segment) crash('seal.after_segment')
  const receipt = segment ? await db.write('seal', (tx) => commitSeal(tx, ref, segment)) : LOST
  if (receipt.kind === 'lost') await dropOrphans(deps, ref, names)
  return receipt
}

const layoutOf = async (tx: Tx, shard: Row): Promise<SegmentLayout> => {
  const batch = await tx.get(LAYOUT, [text(shard, 'batch')])
  if (!batch) throw new InvariantBroken(`shard ${int(shard, 'id')} has no batch`)
  return oneOf(batch, 'layout', SEGMENT_LAYOUTS)
}

const LOST: SealReceipt = { kind: 'lost' }

/** Undefined where the shard was lost meanwhile: its next owner seals it, and the journal goes with that. */
const segmentOf = async (
  deps: SegmentDeps,
  ref: ShardRef,
  { owned, ...order }: { owned: Row; layout: SegmentLayout; name: string; errorName: string },
): Promise<WrittenSegment | undefined> => {
  try {
    return await writeSegment(deps, {
      shard: ref.shard,
      count: int(owned, 'n'),
      ...order,
      charge: nano(owned, 'charge'),
      cost: nano(owned, 'cost'),
    })
  } catch (error) {
    if (await deps.db.read((tx) => ownedShard(tx, ref, ''))) throw error
    return undefined
  }
}

/**
 * The shard was lost while its segment was written (a write that failed may have happened all the same). Its
 * batch may be purged by now, and what it held must not stay behind; but an earlier try of this very seal,
 * whose reply was lost, may have come to name it.
 */
const dropOrphans = async (
  { db, blobs }: SegmentDeps,
  { shard }: ShardRef,
  { name, errorName }: { name: string; errorName: string },
): Promise<void> => {
  const row = await db.read((tx) => tx.get(NAMED, [shard]))
  if (row?.segment === name) return
  await blobs.remove(name)
  await blobs.remove(errorName)
}

const commitSeal = async (tx: Tx, ref: ShardRef, segment: WrittenSegment): Promise<SealReceipt> => {
  // Read again, and locked: late answers may have added waste, and the shard may have changed hands.
  const shard = await ownedShard(tx, ref, tx.traits.lockRow)
  if (!shard) return LOST
  await tx.run(SEAL, [
    segment.name,
    segment.bytes,
    segment.errors?.blob ?? null,
    segment.errors?.bytes ?? null,
    segment.kinds,
    segment.latency,
    new Uint8Array(0),
    ref.shard,
    ref.epoch,
  ])
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
  await post(tx, {
    source: `shard:${int(shard, 'id')}`,
    batch: text(shard, 'batch'),
    shard: int(shard, 'id'),
    entries: saleEntries(ledger.held(text(shard, 'account')), {
      charge: nano(shard, 'charge'),
      cost: nano(shard, 'cost'),
      waste: nano(shard, 'waste'),
    }),
  })
}
