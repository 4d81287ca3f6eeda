import { emptyBits } from '../../batch/done-bits.ts'
import { InvariantBroken } from '../errors.ts'
import { int } from '../rows.ts'
import type { Db, Tx } from '../sql.ts'
import type { AcceptOutcome, NewBatch, NewShard } from '../tenant.ts'
import { findBatch, viewOf } from './batch-view.ts'
import { findEarlierCreate } from './find-create.ts'
import { ledger, post } from './post.ts'

const INSERT_BATCH = `
  INSERT INTO batch (id, account, api_key, dialect, endpoint, model, task, blob, template, metadata, sell, hold,
    total, shards, path, body_sha256, idempotency_key, retention_ms, created_at, window_end, state)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')
  RETURNING *`

const INSERT_SHARD = `
  INSERT INTO shard (batch, account, number, model, endpoint, n, window_end, state, epoch, crashes, append_ids, done)
  VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', 0, 0, '{}', ?)
  RETURNING id`

const INSERT_INPUT = 'INSERT INTO shard_input (shard, entries) VALUES (?, ?)'

/**
 * T1: the batch, its shards and its hold, or the batch that an earlier create made. Asking and storing are
 * one transaction, so that two creates at the same moment make one batch. An accept whose commit was in
 * doubt can be repeated: its id is known, and it answers `repeated`.
 */
export const accept = (
  db: Db,
  account: string,
  batch: NewBatch,
  shards: readonly NewShard[],
): Promise<AcceptOutcome> => {
  checkShards(batch, shards)
  return db.write('accept', async (tx) => {
    const accepted = await findBatch(tx, account, batch.id)
    if (accepted) return { kind: 'repeated', batch: accepted }
    const earlier = await findEarlierCreate(tx, account, batch.create)
    if (earlier) return { kind: earlier.sameBody ? 'repeated' : 'conflict', batch: earlier.batch }
    return { kind: 'accepted', batch: await insert(tx, account, batch, shards) }
  })
}

const checkShards = (batch: NewBatch, shards: readonly NewShard[]): void => {
  const total = shards.reduce((sum, shard) => sum + shard.count, 0)
  if (shards.length === 0 || total !== batch.total) {
    throw new InvariantBroken(
      `batch ${batch.id} has ${batch.total} requests, its ${shards.length} shards have ${total}`,
    )
  }
}

const insert = async (tx: Tx, account: string, batch: NewBatch, shards: readonly NewShard[]) => {
  const windowEnd = tx.now + batch.windowMs
  const { create } = batch
  const row = await tx.get(INSERT_BATCH, [
    batch.id,
    account,
    batch.apiKey,
    batch.dialect,
    batch.endpoint,
    batch.model,
    batch.task,
    batch.blob,
    batch.template,
    batch.metadata,
    batch.sell,
    batch.hold,
    batch.total,
    shards.length,
    create.path,
    create.bodySha256,
    create.idempotencyKey,
    batch.retentionMs,
    tx.now,
    windowEnd,
  ])
  if (!row) throw new InvariantBroken(`batch ${batch.id} was not inserted`)
  for (const shard of shards) await insertShard(tx, { account, batch: batch.id, windowEnd }, shard)
  await post(tx, {
    source: `hold:${batch.id}`,
    batch: batch.id,
    shard: null,
    entries: [
      [ledger.available(account), -batch.hold],
      [ledger.held(account), batch.hold],
    ],
  })
  return viewOf(tx, row)
}

const insertShard = async (
  tx: Tx,
  { account, batch, windowEnd }: { account: string; batch: string; windowEnd: number },
  shard: NewShard,
): Promise<void> => {
  const row = await tx.get(INSERT_SHARD, [
    batch,
    account,
    shard.number,
    shard.model,
    shard.endpoint,
    shard.count,
    windowEnd,
    emptyBits(shard.count),
  ])
  if (!row) throw new InvariantBroken(`shard ${shard.number} of batch ${batch} was not inserted`)
  await tx.run(INSERT_INPUT, [int(row, 'id'), shard.index])
}
