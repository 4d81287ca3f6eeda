import type { ClaimedShard, ClaimOrder, Sated, Unwanted } from '../engine.ts'
import { InvariantBroken } from '../errors.ts'
import { STOP_CAUSES } from '../life-names.ts'
import { bytes, int, intOrNull, oneOfOrNull, text, textOrNull } from '../rows.ts'
import type { Db, Row, Tx } from '../sql.ts'
import { isLive } from './workers.ts'

/** Hops from account to account through the index of waiting shards, however many shards each has. */
const ACCOUNTS = `
  WITH RECURSIVE hop (account) AS (
    SELECT min(account) FROM shard WHERE state = 'waiting'
    UNION ALL
    SELECT (SELECT min(account) FROM shard WHERE state = 'waiting' AND account > hop.account)
    FROM hop WHERE hop.account IS NOT NULL
  )
  SELECT hop.account AS account,
    (SELECT count(*) FROM shard WHERE state = 'running' AND account = hop.account) AS running
  FROM hop WHERE hop.account IS NOT NULL`

/** A shard of a model that cannot run now is still wanted where its batch stops: it only needs its seal. */
const mostUrgent = (unwanted: ReadonlyArray<Pick<Sated, 'model' | 'windowEnd'>>, lock: string): string => {
  const skip =
    unwanted.length === 0
      ? ''
      : `AND (NOT (${unwanted.map(() => '(model = ? AND window_end >= ?)').join(' OR ')})
           OR EXISTS (SELECT 1 FROM batch WHERE batch.id = shard.batch AND batch.state = 'stopping'))`
  return `
    SELECT id, window_end FROM shard WHERE state = 'waiting' AND account = ? ${skip}
    ORDER BY window_end, id LIMIT ?${lock}`
}

const TAKE =
  "UPDATE shard SET state = 'running', epoch = epoch + 1, worker = ? WHERE id = ? AND state = 'waiting'"

const READ = `
  SELECT s.id, s.epoch, s.batch, s.account, b.dialect, s.endpoint, s.model, s.number, s.n, s.crashes, s.accused,
    s.accusations, s.done, b.blob, i.entries, b.template, b.sell, b.window_end, b.cause, b.trace
  FROM shard s JOIN batch b ON b.id = s.batch JOIN shard_input i ON i.shard = s.id
  WHERE s.id = ?`

interface Candidate {
  readonly id: number
  readonly windowEnd: number
  /** How many shards its account would have running before it. */
  readonly rank: number
}

/**
 * T2: the accounts with the fewest running shards come first, and among those the most urgent shard. So an
 * account that submits thousands of shards does not make another one wait, whatever their deadlines.
 */
export const claim = (db: Db, { worker, max, ...unwanted }: ClaimOrder): Promise<ClaimedShard[]> =>
  db.write('claim', async (tx) => {
    if (max <= 0 || !(await isLive(tx, worker))) return []
    const candidates = await candidatesOf(tx, max, unwanted)
    candidates.sort(
      (left, right) => left.rank - right.rank || left.windowEnd - right.windowEnd || left.id - right.id,
    )
    const claimed: ClaimedShard[] = []
    for (const { id } of candidates.slice(0, max)) claimed.push(await take(tx, worker, id))
    return claimed
  })

const candidatesOf = async (tx: Tx, max: number, { skipModels, sated }: Unwanted): Promise<Candidate[]> => {
  const closed = skipModels.map((model) => ({ model, windowEnd: 0 }))
  const candidates: Candidate[] = []
  for (const row of await tx.all(ACCOUNTS)) {
    const running = int(row, 'running')
    const account = text(row, 'account')
    const unwanted = [...closed, ...sated.filter((each) => each.account === account)]
    const given = unwanted.flatMap(({ model, windowEnd }) => [model, windowEnd])
    const shards = await tx.all(mostUrgent(unwanted, tx.traits.lockRowElseSkip), [account, ...given, max])
    for (const [place, shard] of shards.entries()) {
      candidates.push({ id: int(shard, 'id'), windowEnd: int(shard, 'window_end'), rank: running + place })
    }
  }
  return candidates
}

const take = async (tx: Tx, worker: string, id: number): Promise<ClaimedShard> => {
  if ((await tx.run(TAKE, [worker, id])) !== 1) throw new InvariantBroken(`shard ${id} stopped waiting`)
  const row = await tx.get(READ, [id])
  if (!row) throw new InvariantBroken(`shard ${id} has no batch or no input`)
  return {
    id,
    epoch: int(row, 'epoch'),
    batch: text(row, 'batch'),
    account: text(row, 'account'),
    dialect: text(row, 'dialect'),
    endpoint: text(row, 'endpoint'),
    model: text(row, 'model'),
    number: int(row, 'number'),
    count: int(row, 'n'),
    crashes: int(row, 'crashes'),
    accused: accusedOf(row),
    done: bytes(row, 'done'),
    blob: text(row, 'blob'),
    index: bytes(row, 'entries'),
    template: text(row, 'template'),
    sell: text(row, 'sell'),
    claimedAt: tx.now,
    windowEnd: int(row, 'window_end'),
    cause: oneOfOrNull(row, 'cause', STOP_CAUSES),
    trace: textOrNull(row, 'trace'),
  }
}

const accusedOf = (row: Row): ClaimedShard['accused'] => {
  const position = intOrNull(row, 'accused')
  return position === null ? null : { position, deaths: int(row, 'accusations') }
}
