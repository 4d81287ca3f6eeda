import type { Clock } from '../clock/clock.ts'
import type { UsageStore } from '../storage/usage.ts'

export interface UsagePostingOptions {
  readonly store: Pick<UsageStore, 'postUsage'>
  readonly clock: Clock
}

/** At most so many hours of accounts are posted in one transaction. */
const POST_MAX = 50
/** An hour is posted so late at most; between, a tick asks the store nothing. */
const LOOK_MS = 60_000

/** Posts the usage of hours that are over; called at every tick. */
export const createUsagePosting = ({ store, clock }: UsagePostingOptions): (() => Promise<void>) => {
  let nextLook = clock.monotonic()
  return async () => {
    if (clock.monotonic() < nextLook) return
    const posted = await store.postUsage(POST_MAX)
    if (posted < POST_MAX) nextLook = clock.monotonic() + LOOK_MS
  }
}
