import type { AdminBatch, AdminBatchDetail, AdminBatches, BatchFilter, Spend } from '../admin.ts'
import { InvariantBroken } from '../errors.ts'
import { SHARD_STATES } from '../life-names.ts'
import { int, intOrNull, nano, oneOf, text } from '../rows.ts'
import type { Db, Row, Tx } from '../sql.ts'
import { type Filter, readPage } from './admin-page.ts'
import { viewsOf } from './batch-view.ts'
import { totalsOfShards } from './totals.ts'

const FIND = 'SELECT * FROM batch WHERE id = ?'

const SHARDS = 'SELECT state, count(*) AS shards FROM shard WHERE batch = ? GROUP BY state'

const SPEND_SUMS = `
  CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost, CAST(coalesce(sum(waste), 0) AS BIGINT) AS waste,
  CAST(coalesce(sum(cost_unknown), 0) AS BIGINT) AS cost_unknown`

// The sums of a purged batch stay on its own row; those of the others are its shards', because waste still
// comes after the end.
const SPEND_OF_BATCHES = `
  SELECT ${SPEND_SUMS} FROM (
    SELECT cost, waste, cost_unknown FROM shard
    UNION ALL
    SELECT cost, waste, cost_unknown FROM batch WHERE purged_at IS NOT NULL
  ) AS spent`

const SPEND_OF_CALLS = `SELECT ${SPEND_SUMS} FROM usage_minute`

export const adminBatches = (db: Db): AdminBatches => ({
  batchesPage: (page) =>
    db.read(async (tx) => {
      const rows = await readPage(tx, 'batch', page, filtersOf(page))
      return rows && adminViews(tx, rows)
    }),

  batch: (id) => db.read((tx) => findBatch(tx, id)),

  spendTotals: () =>
    db.read(async (tx) => ({
      batches: spendFrom((await tx.get(SPEND_OF_BATCHES)) ?? {}),
      realTime: spendFrom((await tx.get(SPEND_OF_CALLS)) ?? {}),
    })),
})

const filtersOf = ({ account, state, model }: BatchFilter): Filter[] => [
  account === undefined ? undefined : ['account = ?', account],
  state === undefined ? undefined : ['state = ?', state],
  model === undefined ? undefined : [HAS_MODEL, model, model],
]

// One of several models names none on its own row.
const HAS_MODEL = `
  (model = ? OR (model = '' AND EXISTS (SELECT 1 FROM shard s WHERE s.batch = batch.id AND s.model = ?)))`

const findBatch = async (tx: Tx, id: string): Promise<AdminBatchDetail | undefined> => {
  const row = await tx.get(FIND, [id])
  if (!row) return undefined
  const [view] = await adminViews(tx, [row])
  if (!view) throw new InvariantBroken('a row has no view')
  const shardsByState = { waiting: 0, running: 0, sealed: 0 }
  for (const counted of await tx.all(SHARDS, [id])) {
    shardsByState[oneOf(counted, 'state', SHARD_STATES)] = int(counted, 'shards')
  }
  return { ...view, shardsByState }
}

const adminViews = async (tx: Tx, rows: readonly Row[]): Promise<AdminBatch[]> => {
  const kept = rows.filter((row) => row.purged_at === null).map((row) => text(row, 'id'))
  const totals = await totalsOfShards(tx, kept)
  const views = await viewsOf(tx, rows)
  return rows.map((row, at) => {
    const view = views[at]
    if (!view) throw new InvariantBroken('a row has no view')
    return {
      ...view,
      apiKey: text(row, 'api_key'),
      spend: totals.get(view.id) ?? spendFrom(row),
      deletedAt: intOrNull(row, 'deleted_at'),
    }
  })
}

const spendFrom = (row: Row): Spend => ({
  cost: nano(row, 'cost'),
  waste: nano(row, 'waste'),
  costUnknown: int(row, 'cost_unknown'),
})
