import type { Nano } from '../money/nano.ts'
import type { Usage } from '../money/usage.ts'
import type { UsageTier } from '../storage/usage.ts'

/** What one ordinary call came to. Entries are summed up before they are stored: there is no row for each call. */
export interface UsageEntry {
  readonly account: string
  /** The id of the key. */
  readonly apiKey: string
  /** The name under which we sell it. */
  readonly model: string
  /** Which of the model's two prices is charged. */
  readonly tier: Tier
  /** All zero where the call failed. */
  readonly usage: Usage
  /** The provider told no usage: it was counted by a tokenizer. */
  readonly estimated: boolean
  readonly charge: Nano
  /** What the same tokens cost at list price. */
  readonly listCharge: Nano
  /** What the provider takes for an answer that is charged. */
  readonly cost: Nano
  readonly costUnknown: boolean
  /** What the provider takes for an answer that nobody can be charged for. */
  readonly waste: Nano
  readonly failed: boolean
}

export type Tier = UsageTier

/** Takes note of each ordinary call, once, when it is over. Never throws, and holds nobody up. */
export interface UsageRecorder {
  add(entry: UsageEntry): void
}
