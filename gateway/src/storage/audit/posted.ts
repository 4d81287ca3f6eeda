import type { Nano } from '../../money/nano.ts'
import { nano } from '../rows.ts'
import { placeholders, type Tx } from '../sql.ts'
import { ledger } from '../verbs/post.ts'

/** What was posted for each of some shards or batches, or by each of some postings: owner, then ledger account, then amount. */
export type Posted = ReadonlyMap<string, ReadonlyMap<string, Nano>>

/** `id`: the postings themselves. */
type Owner = 'batch' | 'shard' | 'id'

const sums = (owner: Owner, ids: readonly unknown[]): string => `
  SELECT p.${owner} AS owner, e.account, CAST(sum(e.amount) AS BIGINT) AS amount
  FROM posting p JOIN entry e ON e.posting = p.id
  WHERE p.${owner} IN (${placeholders(ids)})
  GROUP BY p.${owner}, e.account`

export const postedFor = async (
  tx: Tx,
  owner: Owner,
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

/** What a row that accrued charge, cost and waste must have posted, with the charge paid from one account. */
export const checkSale = (
  amounts: ReadonlyMap<string, Nano>,
  { what, from, sums }: { what: string; from: string; sums: { charge: Nano; cost: Nano; waste: Nano } },
  report: (message: string) => void,
): void => {
  const { charge, cost, waste } = sums
  const expected: ReadonlyArray<readonly [account: string, amount: Nano]> = [
    [from, -charge],
    [ledger.revenue, charge],
    [ledger.providerExpense, cost],
    [ledger.wasteExpense, waste],
    [ledger.providerPayable, -cost - waste],
  ]
  for (const [account, amount] of expected) {
    const found = amounts.get(account) ?? 0n
    if (found !== amount) report(`${what} should have posted ${amount} to ${account}, it posted ${found}`)
  }
}
