import { InvariantBroken } from '../errors.ts'
import type { Db, SqlValue, Tx } from '../sql.ts'
import type { DeliveryView, WebhookPage, WebhookTest } from '../tenant-webhooks.ts'
import { recordEventFor } from './events.ts'
import { deliveryOf } from './webhook-rows.ts'

const ENDPOINT = 'SELECT disabled_at FROM webhook_endpoint WHERE id = ? AND account = ?'

const OF_ENDPOINT = `
  SELECT d.event, d.batch, d.state, d.attempts, d.log, d.next_at, d.ended_at, v.type, v.created_at
  FROM webhook_delivery d JOIN event v ON v.seq = d.seq
  WHERE d.endpoint = ? AND d.account = ?`

const NEWEST = 'ORDER BY d.seq DESC LIMIT ?'
const BEFORE = 'AND d.seq < (SELECT seq FROM event WHERE id = ? AND account = ?)'
const ONE = `${OF_ENDPOINT} AND d.event = ?`

// A new round, which may last as long as the first one.
const REPLAY = `
  UPDATE webhook_delivery SET state = 'pending', ended_at = NULL, next_at = ?, first_at = NULL, tries = 0
  WHERE endpoint = ? AND account = ? AND event = ?`

export const listDeliveries = (
  db: Db,
  account: string,
  webhook: string,
  { limit, after }: WebhookPage,
): Promise<DeliveryView[]> =>
  db.read(async (tx) => {
    const of: SqlValue[] = [webhook, account]
    const rows =
      after === undefined
        ? await tx.all(`${OF_ENDPOINT} ${NEWEST}`, [...of, limit])
        : await tx.all(`${OF_ENDPOINT} ${BEFORE} ${NEWEST}`, [...of, after, account, limit])
    return rows.map(deliveryOf)
  })

export const testWebhook = (
  db: Db,
  account: string,
  webhook: string,
  { eventId, data, keptMs }: WebhookTest,
): Promise<DeliveryView | 'disabled' | undefined> =>
  whereEnabled(db, account, webhook, async (tx) => {
    const event = { id: eventId, type: 'webhook.test', account, batch: null, data, keptMs } as const
    await recordEventFor(tx, webhook, event)
    const row = await tx.get(ONE, [webhook, account, eventId])
    if (!row) throw new InvariantBroken(`the test of webhook ${webhook} is not on its way`)
    return deliveryOf(row)
  })

export const replay = (
  db: Db,
  account: string,
  webhook: string,
  event: string,
): Promise<DeliveryView | 'disabled' | undefined> =>
  whereEnabled(db, account, webhook, async (tx) => {
    await tx.run(REPLAY, [tx.now, webhook, account, event])
    const row = await tx.get(ONE, [webhook, account, event])
    return row && deliveryOf(row)
  })

const whereEnabled = (
  db: Db,
  account: string,
  webhook: string,
  work: (tx: Tx) => Promise<DeliveryView | undefined>,
): Promise<DeliveryView | 'disabled' | undefined> =>
  db.write('upkeep', async (tx) => {
    const endpoint = await tx.get(ENDPOINT + tx.traits.lockRow, [webhook, account])
    if (!endpoint) return undefined
    return endpoint.disabled_at === null ? work(tx) : 'disabled'
  })
