import type { BatchEventType } from '../../batch/events.ts'
import { InvariantBroken } from '../errors.ts'
import type { Db, Row, Tx } from '../sql.ts'
import type { AcceptOutcome, BatchSource, NewBatch } from '../tenant.ts'
import { insertFileShards, insertRetryShards, insertShards, type ShardsInserted } from './accept-shards.ts'
import { findBatch, viewOf } from './batch-view.ts'
import { recordBatchEvent } from './events.ts'
import { findEarlierCreate } from './find-create.ts'
import { ledger, post } from './post.ts'
import { beyondLimit } from './spend.ts'
import { insertBatchWebhook } from './webhooks.ts'

const INSERT_BATCH = `
  INSERT INTO batch (id, account, api_key, dialect, endpoint, model, task, blob, template, metadata, sell, hold,
    total, shards, path, body_sha256, idempotency_key, retention_ms, layout, file, output_ms, errors, losses, retry_of, trace,
    created_at, window_end, state)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'running')`

const SET_SHARDS = 'UPDATE batch SET total = ?, shards = ? WHERE id = ? RETURNING *'

const FAIL = `
  UPDATE batch SET state = 'ended', outcome = 'failed', ended_at = ?, expires_at = ? WHERE id = ? RETURNING *`

const REMOVE = 'DELETE FROM batch WHERE id = ?'

/**
 * T1: the batch, its shards and its hold, or the batch that an earlier create made. Asking and storing are
 * one transaction, and those of an account follow one another: two creates at the same moment make one batch. An accept whose commit was in
 * doubt can be repeated: its id is known, and it answers `repeated`.
 */
export const accept = (
  db: Db,
  account: string,
  batch: NewBatch,
  source: BatchSource,
): Promise<AcceptOutcome> =>
  db.write('accept', async (tx) => {
    await tx.lock(`accept:${account}`)
    const accepted = await findBatch(tx, account, batch.id)
    if (accepted) return { kind: 'repeated', batch: accepted }
    const earlier = await findEarlierCreate(tx, account, batch.create)
    if (earlier) return { kind: earlier.sameBody ? 'repeated' : 'conflict', batch: earlier.batch }
    const overLimit = source.kind === 'refused' ? undefined : await beyondLimit(tx, batch.apiKey, batch.hold)
    if (overLimit) return overLimit
    await insertBatch(tx, account, batch)
    if (source.kind === 'refused') {
      const refused = await failed(tx, batch)
      await tellOf(tx, account, batch, ['batch.created', 'batch.failed'])
      return acceptedOf(tx, refused)
    }
    const order = { account, batch: batch.id, windowEnd: tx.now + batch.windowMs }
    const inserted = await insertSource(tx, order, { batch, source })
    if (typeof inserted === 'string') {
      await tx.run(REMOVE, [batch.id])
      return { kind: inserted }
    }
    const row = await tx.get(SET_SHARDS, [inserted.requests, inserted.shards, batch.id])
    await holdMoney(tx, account, batch)
    await tellOf(tx, account, { ...batch, total: inserted.requests }, ['batch.created'])
    return acceptedOf(tx, row)
  })

const acceptedOf = async (tx: Tx, row: Row | undefined): Promise<AcceptOutcome> => {
  if (!row) throw new InvariantBroken('a batch was inserted, and is not there')
  return { kind: 'accepted', batch: await viewOf(tx, row) }
}

const insertBatch = async (tx: Tx, account: string, batch: NewBatch): Promise<void> => {
  const { create } = batch
  await tx.run(INSERT_BATCH, [
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
    create.path,
    create.bodySha256,
    create.idempotencyKey,
    batch.retentionMs,
    batch.layout,
    batch.file,
    batch.outputMs,
    batch.errors,
    batch.losses,
    batch.retryOf,
    batch.trace,
    tx.now,
    tx.now + batch.windowMs,
  ])
}

const failed = (tx: Tx, batch: NewBatch): Promise<Row | undefined> =>
  tx.get(FAIL, [tx.now, tx.now + batch.retentionMs, batch.id])

const insertSource = async (
  tx: Tx,
  order: { account: string; batch: string; windowEnd: number },
  { batch, source }: { batch: NewBatch; source: Exclude<BatchSource, { kind: 'refused' }> },
): Promise<ShardsInserted | 'gone' | 'nothing'> => {
  if (source.kind === 'retry') return insertRetryShards(tx, order, source)
  const inserted =
    source.kind === 'file'
      ? await insertFileShards(tx, order, source.file)
      : await insertShards(tx, order, source.shards)
  if (inserted === 'gone') return inserted
  if (inserted.shards === 0 || inserted.requests !== batch.total) {
    throw new InvariantBroken(
      `batch ${batch.id} has ${batch.total} requests, its ${inserted.shards} shards have ${inserted.requests}`,
    )
  }
  return inserted
}

/** Nothing has run yet, and of what is refused nothing will. */
const tellOf = async (
  tx: Tx,
  account: string,
  batch: NewBatch,
  types: readonly BatchEventType[],
): Promise<void> => {
  const { id, total, webhook } = batch
  if (webhook) await insertBatchWebhook(tx, account, id, webhook)
  const counts = { total, succeeded: 0, failed: 0, expired: 0, cancelled: 0 }
  for (const type of types) {
    const status = type === 'batch.failed' ? 'failed' : 'in_progress'
    await recordBatchEvent(tx, account, type, { id, status, counts, charge: 0n, listCharge: 0n })
  }
}

const holdMoney = (tx: Tx, account: string, batch: NewBatch): Promise<void> =>
  post(tx, {
    source: `hold:${batch.id}`,
    batch: batch.id,
    shard: null,
    entries: [
      [ledger.available(account), -batch.hold],
      [ledger.held(account), batch.hold],
    ],
  })
