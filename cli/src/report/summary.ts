import { formatUsd, type NanoUsd, percentOf } from '@sheepfold/client'
import { amount, errorsByCause, type FinishedBatch, sumOf } from './tally.ts'

export interface Latency {
  readonly meanMs: number
  readonly p99Ms: number
}

/** What a team wants to know in the morning. Undefined is what the server did not tell. */
export interface Summary {
  readonly documents: number
  readonly succeeded: number
  readonly seconds: number
  readonly batches: number
  /** Of a document: from when its batch was submitted to when that batch was done. */
  readonly latency: Latency | undefined
  /** Of a call to the provider: the mean of all batches, the P99 of the slowest one. */
  readonly call: Latency | undefined
  readonly tokens: number | undefined
  readonly batchCost: NanoUsd | undefined
  readonly realTimeCost: NanoUsd | undefined
  readonly saved: NanoUsd | undefined
  /** Failures by cause, the most frequent first. */
  readonly errors: readonly (readonly [cause: string, count: number])[]
}

export const summarise = (finished: readonly FinishedBatch[], seconds: number): Summary => {
  const batchCost = sumOf(finished.map(({ cost }) => cost))
  const realTimeCost = sumOf(finished.map(({ batch }) => amount(batch.cost?.real_time)))
  const known = batchCost !== undefined && realTimeCost !== undefined
  return {
    documents: total(finished, ({ documents }) => documents),
    succeeded: total(finished, ({ succeeded }) => succeeded),
    seconds,
    batches: finished.length,
    latency: documentLatency(finished),
    call: callLatency(finished),
    tokens: tokensOf(finished),
    batchCost,
    realTimeCost,
    saved: known ? realTimeCost - batchCost : undefined,
    errors: errorsByCause(finished),
  }
}

const total = (finished: readonly FinishedBatch[], of: (batch: FinishedBatch) => number) =>
  finished.reduce((sum, batch) => sum + of(batch), 0)

const tokensOf = (finished: readonly FinishedBatch[]): number | undefined =>
  finished.some(({ tokens }) => tokens === undefined)
    ? undefined
    : total(finished, ({ tokens }) => tokens ?? 0)

/** The server's own times count where it tells them: they hold across a run that was killed and resumed. */
const batchMs = ({ batch, measuredMs }: FinishedBatch): number => {
  const ms = Date.parse(batch.ended_at ?? '') - Date.parse(batch.created_at ?? '')
  return Number.isNaN(ms) || ms < 0 ? measuredMs : ms
}

const documentLatency = (finished: readonly FinishedBatch[]): Latency | undefined => {
  const documents = total(finished, (batch) => batch.documents)
  if (documents === 0) return undefined
  const meanMs = total(finished, (batch) => batchMs(batch) * batch.documents) / documents
  const rising = finished.toSorted((one, other) => batchMs(one) - batchMs(other))
  let below = 0
  const at99 = rising.find((batch) => {
    below += batch.documents
    return below >= documents * 0.99
  })
  return { meanMs, p99Ms: at99 ? batchMs(at99) : 0 }
}

const callLatency = (finished: readonly FinishedBatch[]): Latency | undefined => {
  const known = finished.flatMap(({ batch, succeeded }) =>
    batch.latency && succeeded > 0 ? [{ ...batch.latency, succeeded }] : [],
  )
  const calls = known.reduce((sum, { succeeded }) => sum + succeeded, 0)
  if (calls === 0) return undefined
  return {
    meanMs: known.reduce((sum, { mean_ms, succeeded }) => sum + mean_ms * succeeded, 0) / calls,
    p99Ms: Math.max(...known.map(({ p99_ms }) => p99_ms)),
  }
}

/** The same for machines: money as decimal text, null for what is not known. */
export const summaryJson = (summary: Summary) => {
  const usd = (value: NanoUsd | undefined) => (value === undefined ? null : formatUsd(value))
  const latency = (value: Latency | undefined) =>
    value ? { mean_ms: Math.round(value.meanMs), p99_ms: Math.round(value.p99Ms) } : null
  const { documents, succeeded, seconds, saved, realTimeCost } = summary
  const savedPercent =
    saved === undefined || realTimeCost === undefined ? undefined : percentOf(saved, realTimeCost)
  return {
    documents,
    succeeded,
    failed: documents - succeeded,
    errors: Object.fromEntries(summary.errors),
    batches: summary.batches,
    seconds: Math.round(seconds * 1000) / 1000,
    documents_per_minute: seconds > 0 ? Math.round((documents / seconds) * 60) : null,
    success_percent: documents > 0 ? Number(((succeeded / documents) * 100).toFixed(2)) : null,
    batch_latency: latency(summary.latency),
    provider_call_latency: latency(summary.call),
    tokens: summary.tokens ?? null,
    currency: 'USD',
    batch_cost: usd(summary.batchCost),
    real_time_cost: usd(summary.realTimeCost),
    saved: usd(saved),
    saved_percent: savedPercent === undefined ? null : Number(savedPercent),
  }
}
