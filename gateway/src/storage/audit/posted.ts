import type { Nano } from '../../money/nano.ts'
import { nano } from '../rows.ts'
import { placeholders, type Tx } from '../sql.ts'

/** What was posted for each of some shards or batches: owner, then ledger account, then amount. */
export type Posted = ReadonlyMap<string, ReadonlyMap<string, Nano>>

const sums = (owner: 'batch' | 'shard', ids: readonly unknown[]): string => `
  SELECT p.${owner} AS owner, e.account, CAST(sum(e.amount) AS BIGINT) AS amount
  FROM posting p JOIN entry e ON e.posting = p.id
  WHERE p.${owner} IN (${placeholders(ids)})
  GROUP BY p.${owner}, e.account`

export const postedFor = async (
  tx: Tx,
  owner: 'batch' | 'shard',
  ids: ReadonlyArray<string | number>,
): Promise<Posted> => {
  const posted = new Map<string, Map<string, Nano>>()
  for (const row of await tx.all(sums(owner, ids), ids)) {
    const key = String(row.owner)
    const accounts = posted.get(key) ?? new Map<string, Nano>()
    accounts.set(String(row.account), nano(row, 'amount'))
    posted.set(key, accounts)
  }
  return posted
}
