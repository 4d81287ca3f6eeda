import { text } from '../rows.ts'
import type { Row, Tx } from '../sql.ts'
import type { CreateQuery, FoundCreate } from '../tenant.ts'
import { viewOf } from './batch-view.ts'

/**
 * Client libraries send a create again when its reply was lost. Ten minutes outlast all their retries, and
 * a person who submits the same documents again on purpose does not set the retry header.
 */
const AGAIN_MS = 10 * 60_000

const BY_IDEMPOTENCY_KEY =
  'SELECT * FROM batch WHERE account = ? AND idempotency_key = ? AND deleted_at IS NULL'

const BY_BODY = `
  SELECT * FROM batch
  WHERE body_sha256 = ? AND api_key = ? AND path = ? AND account = ? AND created_at >= ? AND deleted_at IS NULL
  ORDER BY created_at DESC, id DESC LIMIT 1`

/** The batch that an earlier create of this account made; a deleted one does not count. */
export const findEarlierCreate = async (
  tx: Tx,
  account: string,
  create: CreateQuery,
): Promise<FoundCreate | undefined> => {
  const row = (await byIdempotencyKey(tx, account, create)) ?? (await byBody(tx, account, create))
  return row && { batch: await viewOf(tx, row), sameBody: isSameCall(row, create) }
}

const byIdempotencyKey = async (tx: Tx, account: string, { idempotencyKey }: CreateQuery) =>
  idempotencyKey === null ? undefined : tx.get(BY_IDEMPOTENCY_KEY, [account, idempotencyKey])

const byBody = async (tx: Tx, account: string, create: CreateQuery) =>
  // A client that names its creates has said what is the same and what is not.
  create.again && create.idempotencyKey === null
    ? tx.get(BY_BODY, [create.bodySha256, create.apiKey, create.path, account, tx.now - AGAIN_MS])
    : undefined

const isSameCall = (row: Row, create: CreateQuery): boolean =>
  text(row, 'body_sha256') === create.bodySha256 && text(row, 'path') === create.path
