import type { AttemptReceipt, DeliveryRef, DueDelivery, DueOrder, RecordedAttempt } from '../deliveries.ts'
import { int, intOrNull, oneOf, text, textOrNull } from '../rows.ts'
import { type Db, placeholders, type Row, type Tx } from '../sql.ts'
import { type DeliveryState, WEBHOOK_FORMATS } from '../webhooks.ts'
import { recordEventForOthers } from './events.ts'
import { attemptsOf, EVENT_TYPES, webhookOf } from './webhook-rows.ts'
import { skipPending } from './webhooks.ts'

// What is not of a batch has no order to keep: null is no batch that equals another's.
const due = (skipped: readonly unknown[]): string => `
  SELECT d.endpoint, d.seq, d.account, d.tries, w.url, w.format, w.secret, w.old_secret, w.old_secret_until,
    s.secret AS shared, s.old_secret AS old_shared, s.old_secret_until AS old_shared_until,
    v.id, v.type, v.data, v.created_at
  FROM webhook_delivery d
    JOIN webhook_endpoint w ON w.id = d.endpoint
    JOIN event v ON v.seq = d.seq
    LEFT JOIN webhook_secret s ON s.account = d.account
  WHERE d.state = 'pending' AND d.next_at <= ?
    ${skipped.length === 0 ? '' : `AND d.account NOT IN (${placeholders(skipped)})`}
    AND NOT EXISTS (SELECT 1 FROM webhook_delivery earlier
      WHERE earlier.endpoint = d.endpoint AND earlier.batch = d.batch AND earlier.state = 'pending'
        AND earlier.seq < d.seq)
  ORDER BY d.next_at, d.seq LIMIT ?`

const ENDPOINT = 'SELECT * FROM webhook_endpoint WHERE id = ?'

const DELIVERY = 'SELECT batch, log, first_at, next_at FROM webhook_delivery WHERE endpoint = ? AND seq = ?'

const RECORD = `
  UPDATE webhook_delivery SET state = ?, log = ?, first_at = ?, next_at = ?, ended_at = ?, attempts = attempts + 1,
    tries = tries + 1
  WHERE endpoint = ? AND seq = ?`

// Those of its batch that wait for it are due with it, or now where it has ended.
const FOLLOWERS = `
  UPDATE webhook_delivery SET next_at = ?
  WHERE endpoint = ? AND batch = ? AND state = 'pending' AND seq > ? AND tries = 0 AND next_at <> ?`

const WORKS = 'UPDATE webhook_endpoint SET failing_since = NULL WHERE id = ? AND failing_since IS NOT NULL'
const FAILS = 'UPDATE webhook_endpoint SET failing_since = ? WHERE id = ? AND failing_since IS NULL'
const DISABLE = 'UPDATE webhook_endpoint SET disabled_at = ?, disabled_reason = ? WHERE id = ?'

/** So many attempts are kept of each delivery, the last ones: those of a day are ten. */
const LOG_MAX = 20

export const dueDeliveries = (db: Db, { max, skipAccounts, onTheWay }: DueOrder): Promise<DueDelivery[]> =>
  db.read(async (tx) => {
    const busy = new Set(onTheWay.map(nameOf))
    const rows = await tx.all(due(skipAccounts), [tx.now, ...skipAccounts, max + busy.size])
    return rows
      .map((row) => dueOf(row, tx.now))
      .filter((delivery) => !busy.has(nameOf(delivery)))
      .slice(0, max)
  })

const nameOf = ({ endpoint, seq }: DeliveryRef): string => `${endpoint} ${seq}`

const dueOf = (row: Row, now: number): DueDelivery => ({
  endpoint: text(row, 'endpoint'),
  seq: int(row, 'seq'),
  account: text(row, 'account'),
  event: {
    id: text(row, 'id'),
    type: oneOf(row, 'type', EVENT_TYPES),
    createdAt: int(row, 'created_at'),
    data: text(row, 'data'),
  },
  url: text(row, 'url'),
  format: oneOf(row, 'format', WEBHOOK_FORMATS),
  secrets: secretsOf(row, now),
  tries: int(row, 'tries'),
})

const secretsOf = (row: Row, now: number): string[] => {
  const own = textOrNull(row, 'secret')
  const isOld = (column: string): boolean => (intOrNull(row, column) ?? 0) > now
  const secrets =
    own === null
      ? [textOrNull(row, 'shared'), isOld('old_shared_until') ? textOrNull(row, 'old_shared') : null]
      : [own, isOld('old_secret_until') ? textOrNull(row, 'old_secret') : null]
  return secrets.filter((secret) => secret !== null)
}

export const recordAttempt = (db: Db, attempt: RecordedAttempt): Promise<AttemptReceipt> =>
  db.write('upkeep', async (tx) => {
    const { endpoint, seq } = attempt.delivery
    const endpointRow = await tx.get(ENDPOINT + tx.traits.lockRow, [endpoint])
    const row = await tx.get(DELIVERY + tx.traits.lockRow, [endpoint, seq])
    // Removed while it was on its way.
    if (!endpointRow || !row) return { disabled: null }
    const startedAt = tx.now - attempt.attempt.ms
    const firstAt = intOrNull(row, 'first_at') ?? startedAt
    const wasDisabled = endpointRow.disabled_at !== null
    const next = nextOf(attempt, { now: tx.now, firstAt, isDisabled: wasDisabled })
    await tx.run(RECORD, [
      next.state,
      logWith(row, { at: startedAt, ...attempt.attempt }),
      firstAt,
      next.at ?? int(row, 'next_at'),
      next.state === 'pending' ? null : tx.now,
      endpoint,
      seq,
    ])
    const followersAt = next.at ?? tx.now
    await tx.run(FOLLOWERS, [followersAt, endpoint, textOrNull(row, 'batch'), seq, followersAt])
    if (next.state === 'delivered') await tx.run(WORKS, [endpoint])
    else await tx.run(FAILS, [startedAt, endpoint])
    if (wasDisabled) return { disabled: null }
    const failingSince = intOrNull(endpointRow, 'failing_since') ?? startedAt
    const reason = whyDisabled(attempt, next.state, { firstAt, failingSince })
    return { disabled: reason === null ? null : await disable(tx, endpointRow, { attempt, reason }) }
  })

interface Next {
  readonly state: DeliveryState
  readonly at: number | null
}

/** What becomes of a delivery after an attempt. The last one of a round is made when the round is over. */
const nextOf = (
  { outcome, roundMs }: RecordedAttempt,
  { now, firstAt, isDisabled }: { now: number; firstAt: number; isDisabled: boolean },
): Next => {
  if (outcome.kind === 'delivered') return { state: 'delivered', at: null }
  if (outcome.kind === 'gone') return { state: 'failed', at: null }
  if (isDisabled) return { state: 'skipped', at: null }
  const roundEnd = firstAt + roundMs
  if (now >= roundEnd) return { state: 'failed', at: null }
  return { state: 'pending', at: Math.min(now + outcome.retryMs, roundEnd) }
}

const logWith = (row: Row, attempt: RecordedAttempt['attempt'] & { at: number }): string =>
  JSON.stringify([...attemptsOf(text(row, 'log')), attempt].slice(-LOG_MAX))

/** A round that failed while others succeeded says something of its event, and nothing of the endpoint. */
const whyDisabled = (
  { outcome, roundMs }: RecordedAttempt,
  state: DeliveryState,
  { firstAt, failingSince }: { firstAt: number; failingSince: number },
): string | null => {
  if (outcome.kind === 'gone') return 'it answered 410: it is gone'
  const hours = roundMs / 3_600_000
  return state === 'failed' && failingSince <= firstAt ? `no delivery has succeeded for ${hours} h` : null
}

const disable = async (
  tx: Tx,
  row: Row,
  { attempt: { notice }, reason }: { attempt: RecordedAttempt; reason: string },
): Promise<NonNullable<AttemptReceipt['disabled']>> => {
  const { id: endpoint, url, batch } = webhookOf(row)
  const account = text(row, 'account')
  await tx.run(DISABLE, [tx.now, reason, endpoint])
  await skipPending(tx, endpoint)
  await recordEventForOthers(tx, endpoint, {
    id: notice.eventId,
    type: 'webhook.disabled',
    account,
    batch: null,
    data: JSON.stringify({ id: endpoint, url, batch, reason }),
    keptMs: notice.keptMs,
  })
  return { endpoint, account, reason }
}
