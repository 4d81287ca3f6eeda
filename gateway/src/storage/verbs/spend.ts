import type { Nano } from '../../money/nano.ts'
import { InvariantBroken } from '../errors.ts'
import { nano, nanoOrNull } from '../rows.ts'
import type { Tx } from '../sql.ts'
import type { OverLimit } from '../tenant.ts'

const ADD = `
  INSERT INTO key_spend (api_key, charge) VALUES (?, ?)
  ON CONFLICT (api_key) DO UPDATE SET charge = key_spend.charge + excluded.charge`

// One statement: a batch that ends at this moment is either held or charged, and never both or neither.
const SPENT = `
  SELECT coalesce((SELECT charge FROM key_spend WHERE api_key = ?), 0)
    + coalesce((SELECT CAST(sum(hold) AS BIGINT) FROM batch WHERE api_key = ? AND state <> 'ended'), 0) AS spent`

const LIMIT = 'SELECT spend_limit FROM api_key WHERE id = ?'

/** The last row that a transaction locks: several of one transaction in the order of their keys. */
export const addSpend = async (tx: Tx, apiKey: string, charge: Nano): Promise<void> => {
  if (charge !== 0n) await tx.run(ADD, [apiKey, charge])
}

/** What a key has spent over its life, and what is held for its batches that run. */
export const spentBy = async (tx: Tx, apiKey: string): Promise<Nano> => {
  const row = await tx.get(SPENT, [apiKey, apiKey])
  if (!row) throw new InvariantBroken('a sum has no row')
  return nano(row, 'spent')
}

/** Undefined where the key may spend so much more, or has no limit. */
export const beyondLimit = async (tx: Tx, apiKey: string, hold: Nano): Promise<OverLimit | undefined> => {
  const row = await tx.get(LIMIT, [apiKey])
  const limit = row ? nanoOrNull(row, 'spend_limit') : null
  if (limit === null) return undefined
  const spent = await spentBy(tx, apiKey)
  return spent + hold > limit ? { kind: 'over_limit', limit, spent, hold } : undefined
}
