import type { Nano } from '../money/nano.ts'

/** Keys: asked for each call that a client makes, and managed beside a running server. */
export interface KeyStore {
  keyByHash(sha256: Uint8Array): Promise<ApiKey | undefined>
  createKey(key: NewApiKey): Promise<ApiKey>
  keys(): Promise<ApiKey[]>
  /** False where there is no such key. A key stays revoked from its first revocation on. */
  revokeKey(id: string): Promise<boolean>
  /** What counts against its limit: what it was charged over its life, and what is held for its batches that run. */
  spentByKey(id: string): Promise<Nano>
  /** Makes the account where it does not exist yet. */
  ensureAccount(id: string, name: string): Promise<void>
}

export interface NewApiKey {
  readonly id: string
  readonly account: string
  readonly name: string
  readonly sha256: Uint8Array
  /** The first and last characters, to recognise it by: `sk-holysheep-…x7Qa`. */
  readonly hint: string
  /** Null: all models. */
  readonly models: readonly string[] | null
  /** Null: never. */
  readonly expiresAt: number | null
  /** An operator's key opens `/v1/admin` and nothing else; its account is ''. */
  readonly role: KeyRole
  readonly limits: KeyLimits
}

export type KeyRole = 'client' | 'operator'

/** Null: no limit. */
export interface KeyLimits {
  /** Of real-time calls. Batches have no such limit, they queue. */
  readonly requestsPerMinute: number | null
  /** Input and output together. */
  readonly tokensPerMinute: number | null
  /** Over the life of the key: real-time calls, ended batches, and what is held for running ones. */
  readonly spend: Nano | null
}

export const NO_KEY_LIMITS: KeyLimits = { requestsPerMinute: null, tokensPerMinute: null, spend: null }

export interface ApiKey extends NewApiKey {
  readonly createdAt: number
  readonly revokedAt: number | null
  /** Judged by the store's clock at the time of asking. */
  readonly usable: boolean
}

export interface AuditStore {
  /** Reads the whole ledger against the shards. Each finding is a broken promise about money. */
  audit(): Promise<AuditReport>
  /** What each open or ended batch cost beyond what it bought. */
  wasteByBatch(): Promise<Array<{ batch: string; cost: Nano; waste: Nano; costUnknown: number }>>
}

export interface AuditReport {
  readonly postings: number
  readonly entries: number
  readonly shards: number
  readonly answers: number
  readonly findings: readonly AuditFinding[]
  readonly balances: ReadonlyArray<{ account: string; currency: string; amount: Nano }>
}

export interface AuditFinding {
  readonly code: string
  readonly message: string
}
