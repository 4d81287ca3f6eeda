import { InvariantBroken } from '../errors.ts'
import type { ApiKey, KeyRole, KeyStore, NewApiKey } from '../operator.ts'
import { bytes, int, intOrNull, nanoOrNull, oneOf, text, textOrNull } from '../rows.ts'
import type { Db, Row, Tx } from '../sql.ts'
import { spentBy } from './spend.ts'

const KEY_ROLES: readonly KeyRole[] = ['client', 'operator']

const BY_HASH = 'SELECT * FROM api_key WHERE sha256 = ?'
const ALL = 'SELECT * FROM api_key ORDER BY created_at, id'
const INSERT = `
  INSERT INTO api_key (id, account, name, sha256, hint, models, created_at, expires_at, role, requests_per_minute,
    tokens_per_minute, spend_limit)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  RETURNING *`
const REVOKE = 'UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL'
const EXISTS = 'SELECT 1 AS found FROM api_key WHERE id = ?'
const ENSURE_ACCOUNT =
  'INSERT INTO account (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING'

export const keyVerbs = (db: Db): KeyStore => ({
  keyByHash: (sha256) =>
    db.read(async (tx) => {
      const row = await tx.get(BY_HASH, [sha256])
      return row && toKey(row, tx.now)
    }),

  keys: () => db.read(async (tx) => (await tx.all(ALL)).map((row) => toKey(row, tx.now))),

  createKey: (key) => db.write('upkeep', (tx) => createKey(tx, key)),

  revokeKey: (id) =>
    db.write('upkeep', async (tx) => {
      await tx.run(REVOKE, [tx.now, id])
      return (await tx.get(EXISTS, [id])) !== undefined
    }),

  spentByKey: (id) => db.read((tx) => spentBy(tx, id)),

  ensureAccount: (id, name) =>
    db.write('upkeep', async (tx) => {
      await tx.run(ENSURE_ACCOUNT, [id, name, tx.now])
    }),
})

const createKey = async (tx: Tx, key: NewApiKey): Promise<ApiKey> => {
  const row = await tx.get(INSERT, [
    key.id,
    key.account,
    key.name,
    key.sha256,
    key.hint,
    encodeModels(key.models),
    tx.now,
    key.expiresAt,
    key.role,
    key.limits.requestsPerMinute,
    key.limits.tokensPerMinute,
    key.limits.spend,
  ])
  if (!row) throw new InvariantBroken(`key ${key.id} was not inserted`)
  return toKey(row, tx.now)
}

/** A row of `api_key`, judged at that time. */
export const toKey = (row: Row, now: number): ApiKey => {
  const expiresAt = intOrNull(row, 'expires_at')
  const revokedAt = intOrNull(row, 'revoked_at')
  return {
    id: text(row, 'id'),
    account: text(row, 'account'),
    name: text(row, 'name'),
    sha256: bytes(row, 'sha256'),
    hint: text(row, 'hint'),
    models: modelsOf(textOrNull(row, 'models')),
    expiresAt,
    role: oneOf(row, 'role', KEY_ROLES),
    limits: {
      requestsPerMinute: intOrNull(row, 'requests_per_minute'),
      tokensPerMinute: intOrNull(row, 'tokens_per_minute'),
      spend: nanoOrNull(row, 'spend_limit'),
    },
    createdAt: int(row, 'created_at'),
    revokedAt,
    usable: revokedAt === null && (expiresAt === null || expiresAt > now),
  }
}

export const encodeModels = (models: readonly string[] | null): string | null =>
  models === null ? null : JSON.stringify(models)

const modelsOf = (encoded: string | null): readonly string[] | null => {
  if (encoded === null) return null
  const models: unknown = JSON.parse(encoded)
  if (!Array.isArray(models) || !models.every((model) => typeof model === 'string')) {
    throw new InvariantBroken(`the models of a key are ${encoded}`)
  }
  return models
}
