import { sellModels } from '../../money/price.ts'
import { InvariantBroken } from '../errors.ts'
import { Latency } from '../latency.ts'
import { BATCH_OUTCOMES, BATCH_STATES, SEGMENT_LAYOUTS, STOP_CAUSES } from '../life-names.ts'
import { int, intOrNull, nano, oneOf, oneOfOrNull, text, textOrNull } from '../rows.ts'
import type { Row, Tx } from '../sql.ts'
import type { BatchPage, BatchView } from '../tenant.ts'
import type { WebhookView } from '../tenant-webhooks.ts'
import { frozenTotals, type Totals, totalsOfShards } from './totals.ts'
import { webhooksOfBatches } from './webhooks.ts'

const FIND = 'SELECT * FROM batch WHERE id = ? AND account = ? AND deleted_at IS NULL'

const OF_ACCOUNT = 'SELECT * FROM batch WHERE account = ? AND deleted_at IS NULL'
const OF_DIALECT = ' AND dialect = ?'

// The batch at a page's edge may have been deleted since: its place in the order still counts.
const OLDER = ' AND (created_at, id) < (SELECT created_at, id FROM batch WHERE account = ? AND id = ?)'
const NEWER = ' AND (created_at, id) > (SELECT created_at, id FROM batch WHERE account = ? AND id = ?)'

const NEWEST_FIRST = ' ORDER BY created_at DESC, id DESC LIMIT ?'
const OLDEST_FIRST = ' ORDER BY created_at, id LIMIT ?'

export const findBatch = async (tx: Tx, account: string, id: string): Promise<BatchView | undefined> => {
  const row = await tx.get(FIND, [id, account])
  return row && viewOf(tx, row)
}

export const listBatches = async (
  tx: Tx,
  account: string,
  { limit, after, before, dialect }: BatchPage,
): Promise<BatchView[]> => {
  const place = after ?? before
  const isNewer = after === undefined && before !== undefined
  const sql =
    OF_ACCOUNT +
    (dialect === undefined ? '' : OF_DIALECT) +
    (place === undefined ? '' : isNewer ? NEWER : OLDER) +
    (isNewer ? OLDEST_FIRST : NEWEST_FIRST)
  const values = [
    account,
    ...(dialect === undefined ? [] : [dialect]),
    ...(place === undefined ? [] : [account, place]),
    limit,
  ]
  const rows = await tx.all(sql, values)
  return viewsOf(tx, isNewer ? rows.toReversed() : rows)
}

/** The view of a row of `batch` that was read in this transaction. */
export const viewOf = async (tx: Tx, row: Row): Promise<BatchView> => {
  const [view] = await viewsOf(tx, [row])
  if (!view) throw new InvariantBroken('a row has no view')
  return view
}

export const viewsOf = async (tx: Tx, rows: readonly Row[]): Promise<BatchView[]> => {
  const open = rows.filter((row) => row.state !== 'ended').map((row) => text(row, 'id'))
  const running = await totalsOfShards(tx, open)
  const webhooks = await webhooksOfBatches(
    tx,
    rows.map((row) => text(row, 'id')),
  )
  return rows.map((row) => {
    const totals = row.state === 'ended' ? frozenTotals(row) : running.get(text(row, 'id'))
    if (!totals) throw new InvariantBroken(`batch ${text(row, 'id')} has no shards`)
    return toView(row, totals, webhooks.get(text(row, 'id')) ?? null)
  })
}

const toView = (row: Row, totals: Totals, webhook: WebhookView | null): BatchView => ({
  id: text(row, 'id'),
  account: text(row, 'account'),
  dialect: text(row, 'dialect'),
  endpoint: text(row, 'endpoint'),
  model: text(row, 'model'),
  models: sellModels(text(row, 'sell')),
  task: textOrNull(row, 'task'),
  metadata: text(row, 'metadata'),
  state: oneOf(row, 'state', BATCH_STATES),
  cause: oneOfOrNull(row, 'cause', STOP_CAUSES),
  outcome: oneOfOrNull(row, 'outcome', BATCH_OUTCOMES),
  counts: totals.counts,
  shards: int(row, 'shards'),
  usage: totals.usage,
  estimated: totals.estimated,
  charge: totals.charge,
  listCharge: totals.listCharge,
  latency: summaryOf(totals.latency),
  createdAt: int(row, 'created_at'),
  windowEnd: int(row, 'window_end'),
  endedAt: intOrNull(row, 'ended_at'),
  expiresAt: intOrNull(row, 'expires_at'),
  layout: oneOf(row, 'layout', SEGMENT_LAYOUTS),
  file: textOrNull(row, 'file'),
  blob: text(row, 'blob'),
  template: text(row, 'template'),
  hold: nano(row, 'hold'),
  errors: textOrNull(row, 'errors'),
  losses: textOrNull(row, 'losses'),
  retryOf: textOrNull(row, 'retry_of'),
  stoppedAt: intOrNull(row, 'stopped_at'),
  answeredAt: row.state === 'ended' ? intOrNull(row, 'answered_at') : totals.answeredAt,
  webhook,
})

const summaryOf = (encoded: Uint8Array | null): BatchView['latency'] => {
  if (!encoded) return null
  const latency = new Latency()
  latency.merge(encoded)
  return latency.summary()
}
