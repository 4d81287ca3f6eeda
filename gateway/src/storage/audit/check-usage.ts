import { int, nano, text } from '../rows.ts'
import type { Row, Tx } from '../sql.ts'
import { ledger } from '../verbs/post.ts'
import type { ReportFinding } from './finding.ts'
import { checkSale, postedFor } from './posted.ts'

const PAGE = 200

// Minutes that came to nothing have the posting 0, which is none.
const NEXT = `
  SELECT posting, account, CAST(sum(charge) AS BIGINT) AS charge, CAST(sum(cost) AS BIGINT) AS cost,
    CAST(sum(waste) AS BIGINT) AS waste
  FROM usage_minute
  WHERE posting IS NOT NULL AND (posting > ? OR (posting = ? AND account > ?))
  GROUP BY posting, account ORDER BY posting, account LIMIT ?`

const WITHOUT_MINUTES = `
  SELECT p.source FROM posting p
  WHERE p.source LIKE 'usage:%' AND NOT EXISTS (SELECT 1 FROM usage_minute u WHERE u.posting = p.id)`

const SPEND_WRONG = `
  SELECT api_key, CAST(sum(charged) AS BIGINT) AS charged, CAST(sum(kept) AS BIGINT) AS kept FROM (
    SELECT api_key, charge AS charged, 0 AS kept FROM usage_minute
    UNION ALL SELECT api_key, charge, 0 FROM batch WHERE state = 'ended'
    UNION ALL SELECT api_key, 0, charge FROM key_spend) AS moved
  GROUP BY api_key HAVING sum(charged) <> sum(kept) ORDER BY api_key`

/** The ledger holds what the minutes of real-time calls say, and limits are judged by what keys were charged. */
export const checkUsage = async (tx: Tx, report: ReportFinding): Promise<void> => {
  await checkMinutes(tx, report)
  for (const row of await tx.all(WITHOUT_MINUTES)) {
    report('usage_missing', `posting ${text(row, 'source')} has no minutes that it is the sum of`)
  }
  for (const row of await tx.all(SPEND_WRONG)) {
    report(
      'spend_wrong',
      `key ${text(row, 'api_key')} was charged ${nano(row, 'charged')} nano-USD, ${nano(row, 'kept')} are kept`,
    )
  }
}

const checkMinutes = async (tx: Tx, report: ReportFinding): Promise<void> => {
  for (let posting = -1, account = ''; ; ) {
    const rows = await tx.all(NEXT, [posting, posting, account, PAGE])
    const last = rows.at(-1)
    if (!last) return
    await checkPage(tx, rows, report)
    posting = int(last, 'posting')
    account = text(last, 'account')
  }
}

const checkPage = async (tx: Tx, rows: readonly Row[], report: ReportFinding): Promise<void> => {
  const posted = await postedFor(
    tx,
    'id',
    rows.map((row) => int(row, 'posting')),
  )
  for (const row of rows) {
    const posting = int(row, 'posting')
    const account = text(row, 'account')
    const sale = {
      what: `the usage of ${account} under posting ${posting}`,
      from: ledger.available(account),
      sums: { charge: nano(row, 'charge'), cost: nano(row, 'cost'), waste: nano(row, 'waste') },
    }
    checkSale(posted.get(String(posting)) ?? new Map(), sale, (message) => report('usage_wrong', message))
  }
}
