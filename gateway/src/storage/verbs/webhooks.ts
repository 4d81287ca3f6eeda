import { InvariantBroken } from '../errors.ts'
import { text } from '../rows.ts'
import { type Db, placeholders, type SqlValue, type Tx } from '../sql.ts'
import type { NewBatchWebhook } from '../tenant.ts'
import type { NewWebhook, WebhookChange, WebhookPage, WebhookView } from '../tenant-webhooks.ts'
import { webhookOf } from './webhook-rows.ts'

const INSERT = `
  INSERT INTO webhook_endpoint (id, account, batch, url, format, events, description, secret, created_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  RETURNING *`

const COUNT = 'SELECT id FROM webhook_endpoint WHERE account = ? AND batch IS NULL LIMIT ?'

const FIND = 'SELECT * FROM webhook_endpoint WHERE id = ? AND account = ?'

const NEWEST = 'ORDER BY created_at DESC, id DESC LIMIT ?'
const FIRST_PAGE = `SELECT * FROM webhook_endpoint WHERE account = ? AND batch IS NULL ${NEWEST}`
const NEXT_PAGE = `
  SELECT * FROM webhook_endpoint WHERE account = ? AND batch IS NULL
    AND (created_at, id) < (SELECT created_at, id FROM webhook_endpoint WHERE account = ? AND id = ?)
  ${NEWEST}`

const CHANGE = `
  UPDATE webhook_endpoint SET url = ?, format = ?, events = ?, description = ?, failing_since = ?, disabled_at = ?,
    disabled_reason = ?
  WHERE id = ? RETURNING *`

const SKIP_PENDING = `
  UPDATE webhook_delivery SET state = 'skipped', ended_at = ? WHERE endpoint = ? AND state = 'pending'`

const FORGET_DELIVERIES = 'DELETE FROM webhook_delivery WHERE endpoint = ?'
const REMOVE = 'DELETE FROM webhook_endpoint WHERE id = ?'

export const DISABLED_BY_OWNER = 'disabled by its owner'

export const createWebhook = (
  db: Db,
  account: string,
  webhook: NewWebhook,
  max: number,
): Promise<WebhookView | undefined> =>
  db.write('upkeep', async (tx) => {
    await tx.lock(`webhooks:${account}`)
    if ((await tx.all(COUNT, [account, max])).length >= max) return undefined
    return insert(tx, account, { ...webhook, batch: null })
  })

/** The endpoint that a batch brings along; before its first event. */
export const insertBatchWebhook = async (
  tx: Tx,
  account: string,
  batch: string,
  webhook: NewBatchWebhook,
): Promise<void> => {
  await insert(tx, account, { ...webhook, batch })
}

const insert = async (
  tx: Tx,
  account: string,
  webhook: NewBatchWebhook & { batch: string | null },
): Promise<WebhookView> => {
  const { id, batch, url, format, events, description, secret } = webhook
  const values = [id, account, batch, url, format, JSON.stringify(events), description, secret, tx.now]
  const row = await tx.get(INSERT, values)
  if (!row) throw new InvariantBroken(`webhook ${id} was not inserted`)
  return webhookOf(row)
}

export const findWebhook = (db: Db, account: string, id: string): Promise<WebhookView | undefined> =>
  db.read(async (tx) => {
    const row = await tx.get(FIND, [id, account])
    return row && webhookOf(row)
  })

export const listWebhooks = (db: Db, account: string, page: WebhookPage): Promise<WebhookView[]> =>
  db.read(async (tx) => {
    const { limit, after } = page
    const rows =
      after === undefined
        ? await tx.all(FIRST_PAGE, [account, limit])
        : await tx.all(NEXT_PAGE, [account, account, after, limit])
    return rows.map(webhookOf)
  })

/** The endpoints that these batches brought along, by batch. */
export const webhooksOfBatches = async (
  tx: Tx,
  batches: readonly string[],
): Promise<Map<string, WebhookView>> => {
  if (batches.length === 0) return new Map()
  const rows = await tx.all(
    `SELECT * FROM webhook_endpoint WHERE batch IN (${placeholders(batches)})`,
    batches,
  )
  return new Map(rows.map((row) => [text(row, 'batch'), webhookOf(row)]))
}

export const changeWebhook = (
  db: Db,
  account: string,
  id: string,
  change: WebhookChange,
): Promise<WebhookView | undefined> =>
  db.write('upkeep', async (tx) => {
    const row = await tx.get(FIND + tx.traits.lockRow, [id, account])
    if (!row) return undefined
    const before = webhookOf(row)
    const { url, format, events, description } = { ...before, ...given(change) }
    const isDisabling = change.enabled === false && before.disabled === null
    const disabled = isDisabling ? { at: tx.now, reason: DISABLED_BY_OWNER } : before.disabled
    const standing: SqlValue[] =
      change.enabled === true
        ? [null, null, null]
        : [before.failingSince, disabled?.at ?? null, disabled?.reason ?? null]
    const changed = await tx.get(CHANGE, [
      ...[url, format, JSON.stringify(events), description],
      ...standing,
      id,
    ])
    if (!changed) throw new InvariantBroken(`webhook ${id} left its lock`)
    if (isDisabling) await skipPending(tx, id)
    return webhookOf(changed)
  })

const given = (change: WebhookChange): Partial<WebhookView> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))

/** What is on its way to an endpoint that is disabled now ends there; it can be sent by hand. */
export const skipPending = async (tx: Tx, endpoint: string): Promise<void> => {
  await tx.run(SKIP_PENDING, [tx.now, endpoint])
}

export const removeWebhook = (db: Db, account: string, id: string): Promise<boolean> =>
  db.write('upkeep', async (tx) => {
    if (!(await tx.get(FIND + tx.traits.lockRow, [id, account]))) return false
    await tx.run(FORGET_DELIVERIES, [id])
    await tx.run(REMOVE, [id])
    return true
  })
