import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'

/** At which of its two prices a call was sold. */
export type UsageTier = 'list' | 'batch'

/** What the calls of one key to one model at one price used together. */
export interface UsageRow {
  readonly account: string
  readonly apiKey: string
  readonly model: string
  readonly tier: UsageTier
  readonly calls: number
  /** Calls that brought no answer. */
  readonly failed: number
  readonly usage: Usage
  /** Calls whose tokens were counted by a tokenizer. */
  readonly estimated: number
  readonly costUnknown: number
  readonly charge: Nano
  readonly listCharge: Nano
  readonly cost: Nano
  readonly waste: Nano
}

/** One group commit. Its id is its recorder, and a number that grows by one a group. */
export interface UsageGroup {
  readonly recorder: string
  readonly number: number
  readonly rows: readonly UsageRow[]
}

export interface UsageStore {
  /**
   * Adds the rows to those of the minute that the store's clock shows. `repeated`: this very group was recorded
   * before; nothing changed.
   */
  recordUsage(group: UsageGroup): Promise<{ kind: 'recorded' | 'repeated' }>
  /** Posts up to `max` hours of accounts, of those that are over. Returns how many it posted. */
  postUsage(max: number): Promise<number>
}
