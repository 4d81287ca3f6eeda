import type { Db, SqlValue, Tx } from '../sql.ts'
import type { UsageGroup, UsageRow } from '../usage.ts'
import { addSpend } from './spend.ts'

const MINUTE_MS = 60_000

// A later number of the same recorder, or its first.
const ADVANCE = `
  INSERT INTO usage_append (recorder, number, recorded_at) VALUES (?, ?, ?)
  ON CONFLICT (recorder) DO UPDATE SET number = excluded.number, recorded_at = excluded.recorded_at
  WHERE usage_append.number < excluded.number`

/** What calls add up to, under the names of the columns: one order, for the text of a statement and its values. */
export const USAGE_SUMS = [
  'calls',
  'failed',
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
  'waste',
] as const

// A posted row never changes: where the clock has gone back into its minute, the next part is begun.
const ADD = `
  INSERT INTO usage_minute (account, api_key, model, tier, minute, part, ${USAGE_SUMS.join(', ')})
  VALUES (?, ?, ?, ?, ?,
    (SELECT count(*) FROM usage_minute
      WHERE account = ? AND api_key = ? AND model = ? AND tier = ? AND minute = ? AND posting IS NOT NULL),
    ${USAGE_SUMS.map(() => '?').join(', ')})
  ON CONFLICT (account, api_key, model, tier, minute, part) DO UPDATE SET
    ${USAGE_SUMS.map((column) => `${column} = usage_minute.${column} + excluded.${column}`).join(', ')}`

/** Held by whoever adds to minutes or posts them: so no row is posted while it is added to. */
export const USAGE_LOCK = 'usage'

export const recordUsage = (db: Db, group: UsageGroup): Promise<{ kind: 'recorded' | 'repeated' }> =>
  db.write('usage', async (tx) => {
    await tx.lock(USAGE_LOCK)
    const advanced = await tx.run(ADVANCE, [group.recorder, group.number, tx.now])
    if (advanced === 0) return { kind: 'repeated' }
    const minute = tx.now - (tx.now % MINUTE_MS)
    for (const row of group.rows) await addRow(tx, minute, row)
    for (const [apiKey, charge] of chargesByKey(group.rows)) await addSpend(tx, apiKey, charge)
    return { kind: 'recorded' }
  })

const addRow = async (tx: Tx, minute: number, row: UsageRow): Promise<void> => {
  const name = [row.account, row.apiKey, row.model, row.tier, minute]
  await tx.run(ADD, [...name, ...name, ...sumsOf(row)])
}

const sumsOf = (row: UsageRow): SqlValue[] => {
  const values: Record<(typeof USAGE_SUMS)[number], SqlValue> = {
    calls: row.calls,
    failed: row.failed,
    prompt_tokens: row.usage.promptTokens,
    cached_tokens: row.usage.cachedTokens,
    cache_write_tokens: row.usage.cacheWriteTokens,
    completion_tokens: row.usage.completionTokens,
    reasoning_tokens: row.usage.reasoningTokens,
    estimated: row.estimated,
    cost_unknown: row.costUnknown,
    charge: row.charge,
    list_charge: row.listCharge,
    cost: row.cost,
    waste: row.waste,
  }
  return USAGE_SUMS.map((column) => values[column])
}

const chargesByKey = (rows: readonly UsageRow[]): Array<[apiKey: string, charge: bigint]> => {
  const charges = new Map<string, bigint>()
  for (const { apiKey, charge } of rows) charges.set(apiKey, (charges.get(apiKey) ?? 0n) + charge)
  return [...charges].toSorted(([left], [right]) => (left < right ? -1 : 1))
}

/** A group in doubt is repeated within seconds of its first try; so much later nobody asks for its number. */
const KEPT_MS = 86_400_000

const FORGET_OLD = 'DELETE FROM usage_append WHERE recorded_at <= ?'

/** For whenever a process goes: recorders go with theirs. */
export const forgetOldRecorders = async (tx: Tx): Promise<void> => {
  await tx.run(FORGET_OLD, [tx.now - KEPT_MS])
}

/** Only for a process that is alone, and that has recorded nothing yet. */
export const forgetRecorders = async (tx: Tx): Promise<void> => {
  await tx.run('DELETE FROM usage_append')
}
