import type { BatchState } from '../batch/batch-life.ts'
import type { ShardState } from '../batch/shard-life.ts'
import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'
import type { ApiKey, KeyLimits } from './operator.ts'
import type { BatchView } from './tenant.ts'

/**
 * What operators may ask of the store, over all accounts. Only the handlers of `/v1/admin` can import it (a
 * checked rule). It may read for long: nothing that clients wait for waits behind it.
 */
export interface AdminStore extends AdminAccounts, AdminKeys, AdminBatches, AdminUsage {}

/** Newest first; `after` is the id of the last one of the page before. */
export interface AdminPage {
  readonly limit: number
  readonly after?: string | undefined
}

export interface AdminAccounts {
  /** Undefined where `after` names none. */
  accounts(page: AdminPage): Promise<AccountView[] | undefined>
  account(id: string): Promise<AccountDetail | undefined>
  hasAccount(id: string): Promise<boolean>
  /** Undefined where there is one of this id. */
  createAccount(account: { readonly id: string; readonly name: string }): Promise<AccountView | undefined>
  /** Undefined where there is none of this id. */
  renameAccount(id: string, name: string): Promise<AccountView | undefined>
}

export interface AccountView {
  readonly id: string
  readonly name: string
  readonly createdAt: number
  /** Those that are neither revoked nor expired. */
  readonly keys: number
  readonly runningBatches: number
}

export interface AccountDetail extends AccountView {
  readonly available: Nano
  readonly held: Nano
  /** By model and way, of this day and this month (UTC, by the store's clock). */
  readonly today: readonly UsageSums[]
  readonly month: readonly UsageSums[]
}

export interface AdminKeys {
  /** Undefined where `after` names none. */
  keysPage(page: AdminPage & { readonly account: string | undefined }): Promise<ApiKey[] | undefined>
  key(id: string): Promise<KeyDetail | undefined>
  /** What is absent stays as it is. Undefined where there is no such key. */
  changeKey(id: string, change: KeyChange): Promise<ApiKey | undefined>
}

export interface KeyDetail extends ApiKey {
  readonly spent: KeySpent
}

export interface KeySpent {
  readonly realTime: Nano
  /** Of batches that have ended. */
  readonly batches: Nano
  /** For batches that run. */
  readonly held: Nano
  /** What the spend limit is compared with. */
  readonly total: Nano
}

export interface KeyChange {
  readonly name?: string | undefined
  readonly models?: readonly string[] | null | undefined
  readonly expiresAt?: number | null | undefined
  readonly limits: Partial<KeyLimits>
}

export interface AdminBatches {
  /** Also deleted ones, whose money stays. Undefined where `after` names none. */
  batchesPage(page: AdminPage & BatchFilter): Promise<AdminBatch[] | undefined>
  batch(id: string): Promise<AdminBatchDetail | undefined>
  /** What all batches and real-time calls together cost beyond what they bought. */
  spendTotals(): Promise<{ readonly batches: Spend; readonly realTime: Spend }>
}

export interface BatchFilter {
  readonly account?: string | undefined
  readonly state?: BatchState | undefined
  readonly model?: string | undefined
}

/** What providers were paid. */
export interface Spend {
  readonly cost: Nano
  /** Of calls that bought no recorded answer. */
  readonly waste: Nano
  /** Answers whose cost is not known. */
  readonly costUnknown: number
}

export interface AdminBatch extends BatchView {
  readonly apiKey: string
  readonly spend: Spend
  readonly deletedAt: number | null
}

export interface AdminBatchDetail extends AdminBatch {
  readonly shardsByState: Readonly<Record<ShardState, number>>
}

export interface AdminUsage {
  usage(page: UsagePage): Promise<UsageDay[]>
}

/** From the newest day to the oldest, then by account, model and way. */
export interface UsagePage {
  /** Days since 1970; both count. */
  readonly from: number
  readonly to: number
  readonly account: string | undefined
  readonly model: string | undefined
  readonly limit: number
  /** The last row of the page before. */
  readonly after: UsagePlace | undefined
}

export interface UsagePlace {
  readonly day: number
  readonly account: string
  readonly model: string
  readonly via: UsageVia
}

/** How tokens were bought: in a batch, by a real-time call at list price, or by one at batch price. */
export type UsageVia = 'batch' | 'real_time' | 'flex'

export interface UsageSums {
  /** Empty where a batch of several models is purged: then it is not known any more which had what. */
  readonly model: string
  readonly via: UsageVia
  readonly requests: number
  /** Of the requests. */
  readonly failed: number
  readonly usage: Usage
  readonly estimated: number
  readonly charge: Nano
  readonly listCharge: Nano
  readonly spend: Spend
}

/** A batch counts on the day on which it was submitted, so that no day changes its sum because another one ended. */
export interface UsageDay extends UsageSums {
  readonly day: number
  readonly account: string
}
