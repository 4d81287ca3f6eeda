import type { AdminUsage, UsageDay, UsagePage, UsageSums, UsageVia } from '../admin.ts'
import { int, nano, oneOf, text, usage } from '../rows.ts'
import type { Db, Row, SqlValue, Tx } from '../sql.ts'

const DAY_MS = 86_400_000

/** Days since 1970, in UTC. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS)

/** The first day of the month. */
export const monthOf = (ms: number): number => {
  // biome-ignore lint/style/noRestrictedGlobals: reads a stamp of the store's clock, and no clock
  const at = new Date(ms)
  // biome-ignore lint/style/noRestrictedGlobals: the same
  return dayOf(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1))
}

const VIAS: readonly UsageVia[] = ['batch', 'real_time', 'flex']

const SHARED = `
  prompt_tokens, cached_tokens, cache_write_tokens, completion_tokens, reasoning_tokens,
  estimated, charge, list_charge, cost, waste, cost_unknown`
  .split(',')
  .map((column) => column.trim())

const COLUMNS = ['requests', 'failed', ...SHARED]

const SUMS = COLUMNS.map((column) => `CAST(sum(${column}) AS BIGINT) AS ${column}`).join(', ')

const columnsOf = (table: string): string => SHARED.map((column) => `${table}.${column}`).join(', ')

// What a purged batch had is on its own row alone; one that is not is asked through its shards, which know the model.
const rowsOf = (account: '' | 'AND account = ?'): string => {
  const ofBatch = account.replace('account', 'b.account')
  return `
    SELECT b.created_at / ${DAY_MS} AS day, b.account, s.model, 'batch' AS via,
      s.n_ok + s.n_err AS requests, s.n_err AS failed, ${columnsOf('s')}
    FROM batch b JOIN shard s ON s.batch = b.id
    WHERE b.created_at >= ? AND b.created_at < ? AND b.purged_at IS NULL ${ofBatch}
    UNION ALL
    SELECT b.created_at / ${DAY_MS}, b.account, b.model, 'batch',
      b.n_ok + b.n_err, b.n_err, ${columnsOf('b')}
    FROM batch b
    WHERE b.created_at >= ? AND b.created_at < ? AND b.purged_at IS NOT NULL ${ofBatch}
    UNION ALL
    SELECT minute / ${DAY_MS}, account, model, CASE WHEN tier = 'batch' THEN 'flex' ELSE 'real_time' END,
      calls, failed, ${SHARED.join(', ')}
    FROM usage_minute WHERE minute >= ? AND minute < ? ${account}`
}

interface Range {
  readonly from: number
  readonly to: number
  readonly account: string | undefined
}

const rangeOf = ({ from, to, account }: Range): { rows: string; params: SqlValue[] } => {
  const once: SqlValue[] = [from * DAY_MS, (to + 1) * DAY_MS, ...(account === undefined ? [] : [account])]
  return { rows: rowsOf(account === undefined ? '' : 'AND account = ?'), params: [...once, ...once, ...once] }
}

export const adminUsage = (db: Db): AdminUsage => ({
  usage: (page) => db.read((tx) => usagePage(tx, page)),
})

const usagePage = async (tx: Tx, page: UsagePage): Promise<UsageDay[]> => {
  const { rows, params } = rangeOf(page)
  const { model, after, limit } = page
  const conditions = ['1 = 1']
  if (model !== undefined) {
    conditions.push('model = ?')
    params.push(model)
  }
  if (after !== undefined) {
    conditions.push('(day < ? OR (day = ? AND (account, model, via) > (?, ?, ?)))')
    params.push(after.day, after.day, after.account, after.model, after.via)
  }
  const found = await tx.all(
    `SELECT day, account, model, via, ${SUMS} FROM (${rows}) AS used WHERE ${conditions.join(' AND ')}
     GROUP BY day, account, model, via ORDER BY day DESC, account, model, via LIMIT ?`,
    [...params, limit],
  )
  return found.map((row) => ({ day: int(row, 'day'), account: text(row, 'account'), ...sumsFrom(row) }))
}

/** All days of the range together. */
export const usageByModel = async (tx: Tx, range: Range): Promise<UsageSums[]> => {
  const { rows, params } = rangeOf(range)
  const found = await tx.all(
    `SELECT model, via, ${SUMS} FROM (${rows}) AS used GROUP BY model, via ORDER BY model, via`,
    params,
  )
  return found.map(sumsFrom)
}

const sumsFrom = (row: Row): UsageSums => ({
  model: text(row, 'model'),
  via: oneOf(row, 'via', VIAS),
  requests: int(row, 'requests'),
  failed: int(row, 'failed'),
  usage: usage(row),
  estimated: int(row, 'estimated'),
  charge: nano(row, 'charge'),
  listCharge: nano(row, 'list_charge'),
  spend: { cost: nano(row, 'cost'), waste: nano(row, 'waste'), costUnknown: int(row, 'cost_unknown') },
})
