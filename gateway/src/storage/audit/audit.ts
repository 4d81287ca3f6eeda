import type { AuditFinding, AuditReport, AuditStore } from '../operator.ts'
import { int, nano, text } from '../rows.ts'
import type { Db, Tx } from '../sql.ts'
import { checkBatches } from './check-batches.ts'
import { checkShards } from './check-shards.ts'
import { checkUsage } from './check-usage.ts'
import type { ReportFinding } from './finding.ts'

const COUNTS = `
  SELECT (SELECT count(*) FROM posting) AS postings, (SELECT count(*) FROM entry) AS entries`

const UNBALANCED = `
  SELECT p.source, e.currency, CAST(sum(e.amount) AS BIGINT) AS amount
  FROM posting p JOIN entry e ON e.posting = p.id
  GROUP BY p.id, p.source, e.currency HAVING sum(e.amount) <> 0`

const WITHOUT_POSTING = `
  SELECT e.posting, e.account FROM entry e
  WHERE NOT EXISTS (SELECT 1 FROM posting p WHERE p.id = e.posting)`

const BALANCES = `
  SELECT account, currency, CAST(sum(amount) AS BIGINT) AS amount FROM entry
  GROUP BY account, currency ORDER BY account, currency`

// The sums of a purged batch stay on its own row.
const WASTE = `
  SELECT b.id,
    CASE WHEN b.purged_at IS NULL THEN CAST(sum(s.cost) AS BIGINT) ELSE b.cost END AS cost,
    CASE WHEN b.purged_at IS NULL THEN CAST(sum(s.waste) AS BIGINT) ELSE b.waste END AS waste,
    CASE WHEN b.purged_at IS NULL THEN CAST(sum(s.cost_unknown) AS BIGINT) ELSE b.cost_unknown END AS cost_unknown
  FROM batch b LEFT JOIN shard s ON s.batch = b.id
  GROUP BY b.id, b.purged_at, b.cost, b.waste, b.cost_unknown, b.created_at
  ORDER BY b.created_at, b.id`

/** Reads the whole store against itself, on one snapshot, so that it may run beside a working server. */
export const auditVerbs = (db: Db): AuditStore => ({
  audit: () => db.read(audit),

  wasteByBatch: () =>
    db.read(async (tx) => {
      const rows = await tx.all(WASTE)
      return rows.map((row) => ({
        batch: text(row, 'id'),
        cost: nano(row, 'cost'),
        waste: nano(row, 'waste'),
        costUnknown: int(row, 'cost_unknown'),
      }))
    }),
})

const audit = async (tx: Tx): Promise<AuditReport> => {
  const findings: AuditFinding[] = []
  const report = (code: string, message: string): void => {
    findings.push({ code, message })
  }
  await checkPostings(tx, report)
  await checkBatches(tx, report)
  await checkUsage(tx, report)
  const { shards, answers } = await checkShards(tx, report)
  const counts = await tx.get(COUNTS)
  const balances = await tx.all(BALANCES)
  return {
    postings: counts ? int(counts, 'postings') : 0,
    entries: counts ? int(counts, 'entries') : 0,
    shards,
    answers,
    findings,
    balances: balances.map((row) => ({
      account: text(row, 'account'),
      currency: text(row, 'currency'),
      amount: nano(row, 'amount'),
    })),
  }
}

const checkPostings = async (tx: Tx, report: ReportFinding): Promise<void> => {
  for (const row of await tx.all(UNBALANCED)) {
    report(
      'posting_unbalanced',
      `posting ${text(row, 'source')} sums to ${nano(row, 'amount')} ${text(row, 'currency')}, not to zero`,
    )
  }
  for (const row of await tx.all(WITHOUT_POSTING)) {
    report(
      'entry_without_posting',
      `an entry of ${text(row, 'account')} names posting ${int(row, 'posting')}, which is gone`,
    )
  }
}
