import type { AdminKeys, KeyChange, KeySpent } from '../admin.ts'
import type { ApiKey } from '../operator.ts'
import { nano } from '../rows.ts'
import type { Db, Tx } from '../sql.ts'
import { readPage } from './admin-page.ts'
import { encodeModels, toKey } from './keys.ts'
import { spentBy } from './spend.ts'

const FIND = 'SELECT * FROM api_key WHERE id = ?'

const CHANGE = `
  UPDATE api_key SET name = ?, models = ?, expires_at = ?, requests_per_minute = ?, tokens_per_minute = ?, spend_limit = ?
  WHERE id = ? RETURNING *`

const SPENT = `
  SELECT
    (SELECT CAST(coalesce(sum(charge), 0) AS BIGINT) FROM usage_minute WHERE api_key = ?) AS real_time,
    (SELECT CAST(coalesce(sum(charge), 0) AS BIGINT) FROM batch WHERE api_key = ? AND state = 'ended') AS batches,
    (SELECT CAST(coalesce(sum(hold), 0) AS BIGINT) FROM batch WHERE api_key = ? AND state <> 'ended') AS held`

export const adminKeys = (db: Db): AdminKeys => ({
  keysPage: ({ account, ...page }) =>
    db.read(async (tx) => {
      const rows = await readPage(tx, 'api_key', page, [
        account === undefined ? undefined : ['account = ?', account],
      ])
      return rows?.map((row) => toKey(row, tx.now))
    }),

  key: (id) =>
    db.read(async (tx) => {
      const row = await tx.get(FIND, [id])
      return row && { ...toKey(row, tx.now), spent: await spentOf(tx, id) }
    }),

  changeKey: (id, change) => db.write('upkeep', (tx) => changeKey(tx, id, change)),
})

const changeKey = async (tx: Tx, id: string, change: KeyChange): Promise<ApiKey | undefined> => {
  const found = await tx.get(FIND + tx.traits.lockRow, [id])
  if (!found) return undefined
  const key = toKey(found, tx.now)
  const limits = { ...key.limits, ...change.limits }
  const row = await tx.get(CHANGE, [
    change.name ?? key.name,
    encodeModels(change.models === undefined ? key.models : change.models),
    change.expiresAt === undefined ? key.expiresAt : change.expiresAt,
    limits.requestsPerMinute,
    limits.tokensPerMinute,
    limits.spend,
    id,
  ])
  return row && toKey(row, tx.now)
}

const spentOf = async (tx: Tx, id: string): Promise<KeySpent> => {
  const row = (await tx.get(SPENT, [id, id, id])) ?? {}
  return {
    realTime: nano(row, 'real_time'),
    batches: nano(row, 'batches'),
    held: nano(row, 'held'),
    total: await spentBy(tx, id),
  }
}
