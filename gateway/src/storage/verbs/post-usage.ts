import { int, nano, text } from '../rows.ts'
import type { Db, Row, Tx } from '../sql.ts'
import { ledger, postOnce, saleEntries } from './post.ts'
import { USAGE_LOCK } from './usage.ts'

const HOUR_MS = 3_600_000

const DUE = `
  SELECT DISTINCT account, minute - minute % ${HOUR_MS} AS hour FROM usage_minute
  WHERE posting IS NULL AND minute < ? ORDER BY hour, account LIMIT ?`

const OF_HOUR = 'account = ? AND minute >= ? AND minute < ? AND posting IS NULL'

const SUMS = `
  SELECT count(*) AS minutes, CAST(sum(charge) AS BIGINT) AS charge, CAST(sum(cost) AS BIGINT) AS cost,
    CAST(sum(waste) AS BIGINT) AS waste
  FROM usage_minute WHERE ${OF_HOUR}`

const MARK = `UPDATE usage_minute SET posting = ? WHERE ${OF_HOUR}`

/** In place of the id of a posting: charges, costs and waste of the hour came to nothing, so none was written. */
const NOTHING_TO_POST = 0

/** Asked for at every tick, so it only reads where nothing is due. */
export const postUsage = async (db: Db, max: number): Promise<number> => {
  const due = await db.read((tx) => tx.all(DUE, [tx.now - (tx.now % HOUR_MS), max]))
  if (due.length === 0) return 0
  return db.write('post_usage', async (tx) => {
    await tx.lock(USAGE_LOCK)
    let posted = 0
    for (const row of due) if (await postHour(tx, text(row, 'account'), int(row, 'hour'))) posted += 1
    return posted
  })
}

/** False where another process has posted it since it was found to be due. */
const postHour = async (tx: Tx, account: string, hour: number): Promise<boolean> => {
  const range = [account, hour, hour + HOUR_MS]
  const sums = await tx.get(SUMS, range)
  if (!sums || int(sums, 'minutes') === 0) return false
  await tx.run(MARK, [await postSums(tx, `usage:${account}:${hour}`, { account, sums }), ...range])
  return true
}

/** Usage that came after its hour was posted, because the clock went back, has a posting of its own. */
const postSums = async (
  tx: Tx,
  source: string,
  { account, sums }: { account: string; sums: Row },
): Promise<number> => {
  const amounts = { charge: nano(sums, 'charge'), cost: nano(sums, 'cost'), waste: nano(sums, 'waste') }
  const entries = saleEntries(ledger.available(account), amounts)
  for (let part = 1; ; part += 1) {
    const name = part === 1 ? source : `${source}:${part}`
    const outcome = await postOnce(tx, { source: name, batch: null, shard: null, entries })
    if (outcome.kind === 'posted') return outcome.id
    if (outcome.kind === 'empty') return NOTHING_TO_POST
  }
}
