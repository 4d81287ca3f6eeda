import type { AccountDetail, AccountView, AdminAccounts } from '../admin.ts'
import { InvariantBroken } from '../errors.ts'
import { int, nano, text } from '../rows.ts'
import { type Db, placeholders, type Row, type Tx } from '../sql.ts'
import { readPage } from './admin-page.ts'
import { dayOf, monthOf, usageByModel } from './admin-usage.ts'
import { ledger } from './post.ts'

const FIND = 'SELECT * FROM account WHERE id = ?'
const INSERT = `
  INSERT INTO account (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING *`
const RENAME = 'UPDATE account SET name = ? WHERE id = ? RETURNING *'

const keysOf = (ids: readonly unknown[]): string => `
  SELECT account, count(*) AS keys FROM api_key
  WHERE account IN (${placeholders(ids)}) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)
  GROUP BY account`

const runningOf = (ids: readonly unknown[]): string => `
  SELECT account, count(*) AS batches FROM batch
  WHERE account IN (${placeholders(ids)}) AND state <> 'ended' GROUP BY account`

const BALANCES = `
  SELECT account, CAST(sum(amount) AS BIGINT) AS amount FROM entry WHERE account IN (?, ?) GROUP BY account`

export const adminAccounts = (db: Db): AdminAccounts => ({
  accounts: (page) =>
    db.read(async (tx) => {
      const rows = await readPage(tx, 'account', page)
      return rows && viewsOf(tx, rows)
    }),

  account: (id) => db.read((tx) => findAccount(tx, id)),

  hasAccount: (id) => db.read(async (tx) => (await tx.get(FIND, [id])) !== undefined),

  createAccount: ({ id, name }) =>
    db.write('upkeep', async (tx) => {
      const row = await tx.get(INSERT, [id, name, tx.now])
      return row && viewOf(tx, row)
    }),

  renameAccount: (id, name) =>
    db.write('upkeep', async (tx) => {
      const row = await tx.get(RENAME, [name, id])
      return row && viewOf(tx, row)
    }),
})

const findAccount = async (tx: Tx, id: string): Promise<AccountDetail | undefined> => {
  const row = await tx.get(FIND, [id])
  if (!row) return undefined
  const today = dayOf(tx.now)
  const balances = new Map(
    (await tx.all(BALANCES, [ledger.available(id), ledger.held(id)])).map((balance) => [
      text(balance, 'account'),
      nano(balance, 'amount'),
    ]),
  )
  return {
    ...(await viewOf(tx, row)),
    available: balances.get(ledger.available(id)) ?? 0n,
    held: balances.get(ledger.held(id)) ?? 0n,
    today: await usageByModel(tx, { account: id, from: today, to: today }),
    month: await usageByModel(tx, { account: id, from: monthOf(tx.now), to: today }),
  }
}

const viewOf = async (tx: Tx, row: Row): Promise<AccountView> => {
  const [view] = await viewsOf(tx, [row])
  if (!view) throw new InvariantBroken('a row has no view')
  return view
}

const viewsOf = async (tx: Tx, rows: readonly Row[]): Promise<AccountView[]> => {
  if (rows.length === 0) return []
  const ids = rows.map((row) => text(row, 'id'))
  const keys = countsOf(await tx.all(keysOf(ids), [...ids, tx.now]), 'keys')
  const running = countsOf(await tx.all(runningOf(ids), ids), 'batches')
  return rows.map((row) => ({
    id: text(row, 'id'),
    name: text(row, 'name'),
    createdAt: int(row, 'created_at'),
    keys: keys.get(text(row, 'id')) ?? 0,
    runningBatches: running.get(text(row, 'id')) ?? 0,
  }))
}

const countsOf = (rows: readonly Row[], column: string): ReadonlyMap<string, number> =>
  new Map(rows.map((row) => [text(row, 'account'), int(row, column)]))
