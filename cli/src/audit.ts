import { type AuditReport, formatUsd, openOperatorStore } from '@sheepfold/gateway'
import type { DataOptions } from './command-options.ts'
import { dataDirOf } from './config/data-dir.ts'
import { exitCodes } from './exit-codes.ts'

/** Reads the books against the shards; the exit code is 0 where they are right. */
export const audit = async (options: DataOptions): Promise<number> => {
  const place = { dataDir: dataDirOf(options.data), databaseUrl: process.env.DATABASE_URL }
  const store = await openOperatorStore(place, { create: false })
  try {
    const report = await store.audit.audit()
    const batches = await store.audit.wasteByBatch()
    const totals = totalsOf(batches)
    console.log(
      options.json ? JSON.stringify({ ...report, ...totals, batches }, asText) : summary(report, totals),
    )
    return report.findings.length === 0 ? exitCodes.ok : exitCodes.someFailed
  } finally {
    await store.close()
  }
}

interface Totals {
  readonly cost: bigint
  readonly waste: bigint
  readonly costUnknown: number
}

const totalsOf = (batches: ReadonlyArray<Totals>): Totals =>
  batches.reduce<Totals>(
    (sum, batch) => ({
      cost: sum.cost + batch.cost,
      waste: sum.waste + batch.waste,
      costUnknown: sum.costUnknown + batch.costUnknown,
    }),
    { cost: 0n, waste: 0n, costUnknown: 0 },
  )

/** Amounts in JSON are whole nano-USD as texts: a number would lose what is above 2^53. */
const asText = (_name: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value

const summary = (report: AuditReport, totals: Totals): string => {
  const count = (value: number): string => value.toLocaleString('en-US')
  const verdict =
    report.findings.length === 0
      ? 'The books are right: every posting sums to zero, postings equal what shards accrued and what ordinary calls used, every answer was charged once.'
      : `${count(report.findings.length)} findings:`
  return [
    `${count(report.postings)} postings, ${count(report.entries)} entries, ${count(report.shards)} shards, ${count(report.answers)} answers`,
    ...report.balances.map(
      ({ account, currency, amount }) =>
        `  ${account.padEnd(40)} ${formatUsd(amount).padStart(18)} ${currency}`,
    ),
    `provider cost ${formatUsd(totals.cost)} USD, of it unknown for ${count(totals.costUnknown)} answers; waste ${formatUsd(totals.waste)} USD`,
    verdict,
    ...report.findings.map(({ code, message }) => `  ${code}: ${message}`),
  ].join('\n')
}
