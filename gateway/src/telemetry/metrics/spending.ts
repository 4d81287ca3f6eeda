import type { Nano } from '../../money/nano.ts'
import type { KeptUsage, Usage } from '../../money/usage.ts'

/** An answer as it was priced. */
interface Priced {
  readonly usage: Usage
  readonly charge: Nano
  readonly listCharge: Nano
  readonly cost: Nano
  readonly costUnknown: boolean
}

/** What answers used and came to: tokens, and integers of money. */
export class Spending {
  readonly tokens: Record<keyof KeptUsage, number> = {
    promptTokens: 0,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    completionTokens: 0,
    reasoningTokens: 0,
  }
  costUnknown = 0
  charge: Nano = 0n
  listCharge: Nano = 0n
  cost: Nano = 0n
  waste: Nano = 0n

  add({ usage, charge, listCharge, cost, costUnknown }: Priced): void {
    this.tokens.promptTokens += usage.promptTokens
    this.tokens.cachedTokens += usage.cachedTokens
    this.tokens.cacheWriteTokens += usage.cacheWriteTokens
    this.tokens.completionTokens += usage.completionTokens
    this.tokens.reasoningTokens += usage.reasoningTokens
    if (costUnknown) this.costUnknown += 1
    this.charge += charge
    this.listCharge += listCharge
    this.cost += cost
  }
}
