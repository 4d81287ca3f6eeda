import type { AdminPage } from '../admin.ts'
import { int, text } from '../rows.ts'
import type { Row, SqlValue, Tx } from '../sql.ts'

/** A condition and its parameters; undefined where the caller filters by nothing of the kind. */
export type Filter = readonly [condition: string, ...params: SqlValue[]] | undefined

/** One page of a table, newest first. Undefined where `after` names no row. */
export const readPage = async (
  tx: Tx,
  table: 'account' | 'api_key' | 'batch',
  { limit, after }: AdminPage,
  filters: readonly Filter[] = [],
): Promise<Row[] | undefined> => {
  const last = after === undefined ? undefined : await tx.get(PLACE[table], [after])
  if (after !== undefined && !last) return undefined
  const beyond: Filter = last && ['(created_at, id) < (?, ?)', int(last, 'created_at'), text(last, 'id')]
  const given = [...filters, beyond].filter((filter) => filter !== undefined)
  const where = given.length === 0 ? '' : `WHERE ${given.map(([condition]) => condition).join(' AND ')}`
  const params = given.flatMap(([, ...values]) => values)
  return tx.all(`SELECT * FROM ${table} ${where} ORDER BY created_at DESC, id DESC LIMIT ?`, [
    ...params,
    limit,
  ])
}

const PLACE = {
  account: 'SELECT created_at, id FROM account WHERE id = ?',
  api_key: 'SELECT created_at, id FROM api_key WHERE id = ?',
  batch: 'SELECT created_at, id FROM batch WHERE id = ?',
} as const
