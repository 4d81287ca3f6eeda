import type { AnswerEntry } from '../../batch/answer-frame.ts'
import type { Nano } from '../../money/nano.ts'
import type { SqlValue } from '../sql.ts'

/** What a number of recorded answers adds to the row of their shard, under the names of its columns. */
export interface Accrual {
  n_ok: number
  n_err: number
  n_expired: number
  n_cancelled: number
  prompt_tokens: number
  cached_tokens: number
  cache_write_tokens: number
  completion_tokens: number
  reasoning_tokens: number
  estimated: number
  cost_unknown: number
  charge: Nano
  list_charge: Nano
  cost: Nano
}

export const emptyAccrual = (): Accrual => ({
  n_ok: 0,
  n_err: 0,
  n_expired: 0,
  n_cancelled: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  cache_write_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
  estimated: 0,
  cost_unknown: 0,
  charge: 0n,
  list_charge: 0n,
  cost: 0n,
})

const COUNTER_OF = {
  succeeded: 'n_ok',
  failed: 'n_err',
  expired: 'n_expired',
  cancelled: 'n_cancelled',
} as const

export const accrue = (sum: Accrual, entry: AnswerEntry): void => {
  sum[COUNTER_OF[entry.kind]] += 1
  sum.prompt_tokens += entry.usage.promptTokens
  sum.cached_tokens += entry.usage.cachedTokens
  sum.cache_write_tokens += entry.usage.cacheWriteTokens
  sum.completion_tokens += entry.usage.completionTokens
  sum.reasoning_tokens += entry.usage.reasoningTokens
  if (entry.usageEstimated) sum.estimated += 1
  if (entry.costUnknown) sum.cost_unknown += 1
  sum.charge += entry.charge
  sum.list_charge += entry.listCharge
  sum.cost += entry.cost
}

/** One order of the columns, for the text of a statement and for its values. */
export const ACCRUAL_COLUMNS: ReadonlyArray<keyof Accrual> = [
  'n_ok',
  'n_err',
  'n_expired',
  'n_cancelled',
  'prompt_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'completion_tokens',
  'reasoning_tokens',
  'estimated',
  'cost_unknown',
  'charge',
  'list_charge',
  'cost',
]

export const accrualValues = (sum: Accrual): SqlValue[] => ACCRUAL_COLUMNS.map((column) => sum[column])
