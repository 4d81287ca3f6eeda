import { BATCH_EDGES, type BatchOutcome, outcomeOf } from '../../batch/batch-life.ts'
import { InvariantBroken } from '../errors.ts'
import { BATCH_STATES, SEGMENT_LAYOUTS, STOP_CAUSES } from '../life-names.ts'
import { int, intOrNull, nano, oneOf, oneOfOrNull, text } from '../rows.ts'
import type { Row, SqlValue, Tx } from '../sql.ts'
import { recordBatchEvent } from './events.ts'
import { makeOutputFiles } from './output-files.ts'
import { ledger, post } from './post.ts'
import { addSpend } from './spend.ts'
import { ACCRUED, type Totals, totalsOfShards } from './totals.ts'

const ANY_OPEN = "SELECT 1 AS open FROM shard WHERE batch = ? AND state <> 'sealed' LIMIT 1"

const READ_BATCH = `
  SELECT id, account, api_key, state, cause, hold, total, retention_ms, layout, output_ms, deleted_at FROM batch WHERE id = ?`

const END = `
  UPDATE batch SET state = 'ended', outcome = ?, ended_at = ?, expires_at = ?, latency = ?, answered_at = ?,
    ${ACCRUED.map((column) => `${column} = ?`).join(', ')}
  WHERE id = ? AND state = ?`

/** Ends the batch where its last shard was sealed in this transaction. */
export const endBatchIfLast = async (tx: Tx, batch: string): Promise<boolean> => {
  // The lock comes first: of two last seals at the same moment, the second sees what the first one sealed.
  const row = await tx.get(READ_BATCH + tx.traits.lockRow, [batch])
  if (!row) throw new InvariantBroken(`a shard of batch ${batch} was sealed, and there is no such batch`)
  if (await tx.get(ANY_OPEN, [batch])) return false
  const totals = (await totalsOfShards(tx, [batch])).get(batch)
  if (!totals) throw new InvariantBroken(`batch ${batch} has no shards`)
  checkCounts(batch, int(row, 'total'), totals)
  const outcome = await end(tx, row, totals)
  const isThere = row.deleted_at === null
  const showsFiles = oneOf(row, 'layout', SEGMENT_LAYOUTS) === 'apart' && isThere
  if (showsFiles) await makeOutputFiles(tx, row)
  await releaseHold(tx, row, totals)
  await addSpend(tx, text(row, 'api_key'), totals.charge)
  if (isThere) await tellOfEnd(tx, row, { outcome, totals })
  return true
}

const checkCounts = (batch: string, total: number, { counts }: Totals): void => {
  const answered = counts.succeeded + counts.failed + counts.expired + counts.cancelled
  if (counts.total !== total || answered !== total) {
    throw new InvariantBroken(`batch ${batch} has ${total} requests, ${answered} answers were sealed`)
  }
}

const end = async (tx: Tx, row: Row, totals: Totals): Promise<BatchOutcome> => {
  const from = oneOf(row, 'state', BATCH_STATES)
  if (!BATCH_EDGES.some(([left, right]) => left === from && right === 'ended')) {
    throw new InvariantBroken(`batch ${text(row, 'id')} cannot end: it is ${from}`)
  }
  const outcome = outcomeOf(oneOfOrNull(row, 'cause', STOP_CAUSES), totals.counts)
  const outputMs = intOrNull(row, 'output_ms') ?? 0
  const expiresAt = tx.now + Math.max(outputMs, int(row, 'retention_ms'))
  const changed = await tx.run(END, [
    outcome,
    tx.now,
    expiresAt,
    totals.latency,
    totals.answeredAt,
    ...accruedValues(totals),
    text(row, 'id'),
    from,
  ])
  if (changed !== 1) throw new InvariantBroken(`batch ${text(row, 'id')} left ${from} under its lock`)
  return outcome
}

const tellOfEnd = (
  tx: Tx,
  row: Row,
  { outcome, totals }: { outcome: BatchOutcome; totals: Totals },
): Promise<void> => {
  const { counts, charge, listCharge } = totals
  const id = text(row, 'id')
  const facts = { id, status: outcome, counts, charge, listCharge }
  return recordBatchEvent(tx, text(row, 'account'), `batch.${outcome}`, facts)
}

/** What the charges left of the hold goes back; what went beyond it is taken from what is available. */
const releaseHold = async (tx: Tx, row: Row, totals: Totals): Promise<void> => {
  const left = nano(row, 'hold') - totals.charge
  const account = text(row, 'account')
  await post(tx, {
    source: `release:${text(row, 'id')}`,
    batch: text(row, 'id'),
    shard: null,
    entries: [
      [ledger.held(account), -left],
      [ledger.available(account), left],
    ],
  })
}

/** In the order of ACCRUED. */
export const accruedValues = (totals: Totals): SqlValue[] => {
  const { counts, usage } = totals
  const values: Record<(typeof ACCRUED)[number], SqlValue> = {
    n_ok: counts.succeeded,
    n_err: counts.failed,
    n_expired: counts.expired,
    n_cancelled: counts.cancelled,
    prompt_tokens: usage.promptTokens,
    cached_tokens: usage.cachedTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    completion_tokens: usage.completionTokens,
    reasoning_tokens: usage.reasoningTokens,
    estimated: totals.estimated,
    cost_unknown: totals.costUnknown,
    charge: totals.charge,
    list_charge: totals.listCharge,
    cost: totals.cost,
    waste: totals.waste,
  }
  return ACCRUED.map((column) => values[column])
}
