import { InvariantBroken } from '../errors.ts'
import { text } from '../rows.ts'
import type { Db } from '../sql.ts'

// The secret of a batch's endpoint that brought none is the account's; rotated, it has its own from then on.
const ROTATE = `
  UPDATE webhook_endpoint SET
    old_secret = coalesce(secret, (SELECT s.secret FROM webhook_secret s WHERE s.account = webhook_endpoint.account)),
    old_secret_until = ?, secret = ?
  WHERE id = ? AND account = ?`

const ENSURE = 'INSERT INTO webhook_secret (account, secret) VALUES (?, ?) ON CONFLICT (account) DO NOTHING'
const READ = 'SELECT secret FROM webhook_secret WHERE account = ?'

const ROTATE_ACCOUNT = `
  INSERT INTO webhook_secret (account, secret) VALUES (?, ?)
  ON CONFLICT (account) DO UPDATE SET
    old_secret = webhook_secret.secret, old_secret_until = ?, secret = excluded.secret`

export interface Rotation {
  readonly secret: string
  /** The old one signs as well for so long. */
  readonly oldMs: number
}

export const rotateWebhook = (
  db: Db,
  account: string,
  id: string,
  { secret, oldMs }: Rotation,
): Promise<boolean> =>
  db.write('upkeep', async (tx) => (await tx.run(ROTATE, [tx.now + oldMs, secret, id, account])) === 1)

/** Made when it is asked for the first time; of two who ask at once, both get the one that was stored. */
export const webhookSecret = (db: Db, account: string, fresh: string): Promise<string> =>
  db.write('upkeep', async (tx) => {
    await tx.run(ENSURE, [account, fresh])
    const row = await tx.get(READ, [account])
    if (!row) throw new InvariantBroken(`account ${account} has no secret for its webhooks`)
    return text(row, 'secret')
  })

export const rotateWebhookSecret = async (
  db: Db,
  account: string,
  { secret, oldMs }: Rotation,
): Promise<void> => {
  await db.write('upkeep', (tx) => tx.run(ROTATE_ACCOUNT, [account, secret, tx.now + oldMs]))
}
