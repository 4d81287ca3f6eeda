import type { Tier, UsageEntry } from '../../settle/usage-entry.ts'
import type { EndedCall } from '../observed-calls.ts'
import { Count, CountsByName } from './counts-by-name.ts'
import { CALL_SECONDS, Durations } from './durations.ts'
import { Spending } from './spending.ts'

/** Counts ordinary calls, as their callers see them. */
export class RealtimeCounts {
  readonly models = new CountsByName(() => new RealtimeModelCounts())

  ended({ order, result, ms, firstByteMs }: EndedCall): void {
    const counts = this.models.of(order.purchase.model)
    counts.results[order.purchase.tier].of(result).value += 1
    counts.seconds.add(ms / 1_000)
    if (firstByteMs !== undefined) counts.firstByteSeconds.add(firstByteMs / 1_000)
  }

  used(entry: UsageEntry): void {
    const { spending } = this.models.of(entry.model)
    spending.waste += entry.waste
    if (!entry.failed) spending.add(entry)
  }
}

class RealtimeModelCounts {
  readonly results: Readonly<Record<Tier, CountsByName<Count>>> = {
    list: new CountsByName(() => new Count()),
    batch: new CountsByName(() => new Count()),
  }
  readonly seconds = new Durations(CALL_SECONDS)
  readonly firstByteSeconds = new Durations(CALL_SECONDS)
  readonly spending = new Spending()
}
