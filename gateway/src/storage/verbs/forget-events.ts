import { text, textOrNull } from '../rows.ts'
import { type Db, placeholders, type Tx } from '../sql.ts'

// A delivery whose endpoint was removed at the same moment goes nowhere.
const FORGETTABLE = `
  SELECT v.id, v.batch FROM event v
  WHERE v.forget_at <= ? AND NOT EXISTS (
    SELECT 1 FROM webhook_delivery d JOIN webhook_endpoint w ON w.id = d.endpoint
    WHERE d.event = v.id AND d.state = 'pending')
  ORDER BY v.forget_at, v.seq LIMIT ?`

/** Called again and again: it opens no transaction that writes where there is nothing to forget. */
export const forgetEvents = async (db: Db, max: number): Promise<number> => {
  const found = await db.read((tx) => tx.all(FORGETTABLE, [tx.now, max]))
  return found.length === 0 ? 0 : db.write('upkeep', (tx) => forget(tx, max))
}

const forget = async (tx: Tx, max: number): Promise<number> => {
  const rows = await tx.all(FORGETTABLE, [tx.now, max])
  if (rows.length === 0) return 0
  const events = rows.map((row) => text(row, 'id'))
  await tx.run(`DELETE FROM webhook_delivery WHERE event IN (${placeholders(events)})`, events)
  await tx.run(`DELETE FROM event WHERE id IN (${placeholders(events)})`, events)
  const batches = rows.map((row) => textOrNull(row, 'batch')).filter((batch) => batch !== null)
  if (batches.length > 0) await tx.run(endpointsWithoutEvents(batches), batches)
  return events.length
}

const endpointsWithoutEvents = (batches: readonly string[]): string => `
  DELETE FROM webhook_endpoint WHERE batch IN (${placeholders(batches)})
    AND NOT EXISTS (SELECT 1 FROM event v WHERE v.batch = webhook_endpoint.batch)`
