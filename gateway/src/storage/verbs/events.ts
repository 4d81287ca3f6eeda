import {
  type BatchEventType,
  type BatchFacts,
  batchEventData,
  batchEventId,
  type EventType,
} from '../../batch/events.ts'
import { InvariantBroken } from '../errors.ts'
import { int } from '../rows.ts'
import type { SqlValue, Tx } from '../sql.ts'

const INSERT = `
  INSERT INTO event (id, account, batch, type, data, created_at, forget_at) VALUES (?, ?, ?, ?, ?, ?, ?)
  RETURNING seq`

// To a disabled endpoint nothing is sent, but what it missed stands in its list, to be sent by hand. What has to
// wait for an earlier event of its batch is due with it, so that those who look for what is due never see it before.
const deliverTo = (endpoints: string): string => `
  INSERT INTO webhook_delivery (endpoint, seq, event, account, batch, state, next_at, ended_at)
  SELECT id, ?, ?, ?, ?, CASE WHEN disabled_at IS NULL THEN 'pending' ELSE 'skipped' END,
    coalesce((SELECT max(earlier.next_at) FROM webhook_delivery earlier
      WHERE earlier.endpoint = webhook_endpoint.id AND earlier.batch = ? AND earlier.state = 'pending'),
      CAST(? AS BIGINT)),
    CASE WHEN disabled_at IS NULL THEN NULL ELSE CAST(? AS BIGINT) END
  FROM webhook_endpoint WHERE ${endpoints}`

// The types in the list are quoted, and none of them has a character that LIKE takes for a pattern.
const TO_SUBSCRIBERS = [
  deliverTo('account = ? AND batch IS NULL AND events LIKE ?'),
  deliverTo('account = ? AND batch = ? AND events LIKE ?'),
] as const

const TO_ONE = deliverTo('account = ? AND id = ?')

// Whoever subscribed to any event of the account wants to know that another of its endpoints hears of none.
const TO_OTHERS = deliverTo('account = ? AND batch IS NULL AND disabled_at IS NULL AND id <> ?')

export interface NewEvent {
  readonly id: string
  readonly type: EventType
  readonly account: string
  readonly batch: string | null
  /** JSON. */
  readonly data: string
  /** Null: as long as its batch. */
  readonly keptMs: number | null
}

/** Tells those who subscribed what happened to a batch, in the transaction in which it happened. */
export const recordBatchEvent = async (
  tx: Tx,
  account: string,
  type: BatchEventType,
  facts: BatchFacts,
): Promise<void> => {
  const batch = facts.id
  const id = batchEventId(batch, type)
  const event = { id, type, account, batch, data: batchEventData(facts), keptMs: null }
  const values = await insert(tx, event)
  const [toAccounts, toBatches] = TO_SUBSCRIBERS
  await tx.run(toAccounts, [...values, account, `%"${type}"%`])
  await tx.run(toBatches, [...values, account, batch, `%"${type}"%`])
}

export const recordEventFor = async (tx: Tx, endpoint: string, event: NewEvent): Promise<void> => {
  await tx.run(TO_ONE, [...(await insert(tx, event)), event.account, endpoint])
}

export const recordEventForOthers = async (tx: Tx, endpoint: string, event: NewEvent): Promise<void> => {
  await tx.run(TO_OTHERS, [...(await insert(tx, event)), event.account, endpoint])
}

/** Gives the values that its deliveries begin with. */
const insert = async (tx: Tx, event: NewEvent): Promise<SqlValue[]> => {
  const { id, type, account, batch, data, keptMs } = event
  const forgetAt = keptMs === null ? null : tx.now + keptMs
  const row = await tx.get(INSERT, [id, account, batch, type, data, tx.now, forgetAt])
  if (!row) throw new InvariantBroken(`event ${id} was not inserted`)
  return [int(row, 'seq'), id, account, batch, batch, tx.now, tx.now]
}
