import { formatUsd } from '../../money/nano.ts'
import type { AuditReport } from '../../storage/operator.ts'

export const auditJson = (report: AuditReport) => ({
  object: 'audit',
  right: report.findings.length === 0,
  findings: report.findings.map(({ code, message }) => ({ code, message })),
  postings: report.postings,
  entries: report.entries,
  shards: report.shards,
  answers: report.answers,
  balances: report.balances.map(({ account, currency, amount }) => ({
    account,
    currency,
    amount: formatUsd(amount),
  })),
})
