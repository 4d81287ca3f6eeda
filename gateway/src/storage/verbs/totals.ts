import type { BatchCounts } from '../../batch/batch-life.ts'
import type { Nano } from '../../money/nano.ts'
import type { Usage } from '../../money/usage.ts'
import { Latency } from '../latency.ts'
import { bytes, bytesOrNull, int, intOrNull, nano, text, usage } from '../rows.ts'
import { placeholders, type Row, type Tx } from '../sql.ts'
import { ACCRUAL_COLUMNS } from './accrual.ts'

/** What the shards of a batch have accrued together. */
export interface Totals {
  readonly counts: BatchCounts
  readonly usage: Usage
  readonly estimated: number
  readonly costUnknown: number
  readonly charge: Nano
  readonly listCharge: Nano
  readonly cost: Nano
  readonly waste: Nano
  readonly latency: Uint8Array | null
  /** When the last request had its answer; null while one lacks it. */
  readonly answeredAt: number | null
}

/** The columns that shards accrue and batches freeze, under one name in both tables. */
export const ACCRUED = [...ACCRUAL_COLUMNS, 'waste'] as const

// PostgreSQL sums bigint to numeric: the cast keeps an integer an integer, and fails where it does not fit.
const SUMS = ACCRUED.map((column) => `CAST(sum(${column}) AS BIGINT) AS ${column}`).join(', ')

const sumsOf = (count: readonly unknown[]): string => `
  SELECT batch, CAST(sum(n) AS BIGINT) AS total, ${SUMS},
    CASE WHEN count(answered_at) = count(*) THEN max(answered_at) END AS answered_at
  FROM shard
  WHERE batch IN (${placeholders(count)}) GROUP BY batch`

const latenciesOf = (count: readonly unknown[]): string => `
  SELECT batch, latency FROM shard WHERE batch IN (${placeholders(count)}) AND latency IS NOT NULL`

/** Reads a row that has the accrued columns, `total` and `answered_at`. */
export const totalsFrom = (row: Row, latency: Uint8Array | null): Totals => ({
  counts: {
    total: int(row, 'total'),
    succeeded: int(row, 'n_ok'),
    failed: int(row, 'n_err'),
    expired: int(row, 'n_expired'),
    cancelled: int(row, 'n_cancelled'),
  },
  usage: usage(row),
  estimated: int(row, 'estimated'),
  costUnknown: int(row, 'cost_unknown'),
  charge: nano(row, 'charge'),
  listCharge: nano(row, 'list_charge'),
  cost: nano(row, 'cost'),
  waste: nano(row, 'waste'),
  latency,
  answeredAt: intOrNull(row, 'answered_at'),
})

export const frozenTotals = (row: Row): Totals => totalsFrom(row, bytesOrNull(row, 'latency'))

/** Asks the shards, for batches that have not ended. */
export const totalsOfShards = async (tx: Tx, batches: readonly string[]): Promise<Map<string, Totals>> => {
  const totals = new Map<string, Totals>()
  if (batches.length === 0) return totals
  const latencies = new Map<string, Latency>()
  for (const row of await tx.all(latenciesOf(batches), batches)) {
    const merged = latencies.get(text(row, 'batch')) ?? new Latency()
    merged.merge(bytes(row, 'latency'))
    latencies.set(text(row, 'batch'), merged)
  }
  for (const row of await tx.all(sumsOf(batches), batches)) {
    const batch = text(row, 'batch')
    totals.set(batch, totalsFrom(row, latencies.get(batch)?.encode() ?? null))
  }
  return totals
}
