import type { Nano } from '../../money/nano.ts'
import { InvariantBroken } from '../errors.ts'
import { int } from '../rows.ts'
import type { Tx } from '../sql.ts'

const CURRENCY = 'USD'

/** The accounts of the ledger. Those of the system have no row of their own: a balance is a sum. */
export const ledger = {
  available: (account: string): string => `account:${account}:available`,
  held: (account: string): string => `account:${account}:held`,
  revenue: 'revenue',
  providerExpense: 'expense:provider',
  wasteExpense: 'expense:waste',
  providerPayable: 'payable:provider',
} as const

export interface Posting {
  /** What happened; the same source is never posted twice. */
  readonly source: string
  readonly batch: string | null
  readonly shard: number | null
  readonly entries: ReadonlyArray<readonly [account: string, amount: Nano]>
}

const INSERT_POSTING =
  'INSERT INTO posting (source, batch, shard, at) VALUES (?, ?, ?, ?) ON CONFLICT (source) DO NOTHING RETURNING id'
const INSERT_ENTRY = 'INSERT INTO entry (posting, account, currency, amount) VALUES (?, ?, ?, ?)'

/** Writes a posting; nothing where all its amounts are zero. A source that was posted before is refused. */
export const post = async (tx: Tx, posting: Posting): Promise<void> => {
  if ((await postOnce(tx, posting)).kind === 'repeated') {
    throw new InvariantBroken(`${posting.source} was posted before`)
  }
}

export type PostOutcome =
  | { readonly kind: 'posted'; readonly id: number }
  | { readonly kind: 'empty' | 'repeated' }

/** The same, for an event that can be told twice: the second telling changes nothing. */
export const postOnce = async (tx: Tx, posting: Posting): Promise<PostOutcome> => {
  const amounts = merged(posting)
  if (amounts.size === 0) return { kind: 'empty' }
  const row = await tx.get(INSERT_POSTING, [posting.source, posting.batch, posting.shard, tx.now])
  if (!row) return { kind: 'repeated' }
  const id = int(row, 'id')
  for (const [account, amount] of amounts) await tx.run(INSERT_ENTRY, [id, account, CURRENCY, amount])
  return { kind: 'posted', id }
}

const merged = ({ source, entries }: Posting): Map<string, Nano> => {
  const amounts = new Map<string, Nano>()
  let sum = 0n
  for (const [account, amount] of entries) {
    amounts.set(account, (amounts.get(account) ?? 0n) + amount)
    sum += amount
  }
  if (sum !== 0n) throw new InvariantBroken(`the posting ${source} sums to ${sum}, not to zero`)
  for (const [account, amount] of amounts) if (amount === 0n) amounts.delete(account)
  return amounts
}

/** What was sold: paid from the account `from`, and what the provider asks for it. */
export const saleEntries = (
  from: string,
  { charge, cost, waste }: { charge: Nano; cost: Nano; waste: Nano },
): Posting['entries'] => [
  [from, -charge],
  [ledger.revenue, charge],
  [ledger.providerExpense, cost],
  [ledger.providerPayable, -cost],
  ...wasteEntries(waste),
]

export const wasteEntries = (waste: Nano): Posting['entries'] => [
  [ledger.wasteExpense, waste],
  [ledger.providerPayable, -waste],
]
