import type { Clock } from '../../clock/clock.ts'
import { formatUsd, type Nano } from '../../money/nano.ts'
import type { ApiKey } from '../../storage/operator.ts'
import { ApiError } from '../errors.ts'

/** Refuses the calls of keys that have spent what they may; what they cost is known only when they are over. */
export interface KeySpending {
  check(key: Pick<ApiKey, 'id' | 'limits'>): Promise<void>
  /** A call of the key is over, and was charged so much. */
  add(apiKey: string, charge: Nano): void
}

export interface KeySpendingOptions {
  /** What was spent and is held, what is not recorded yet included. */
  readonly spentByKey: (apiKey: string) => Promise<Nano>
  readonly clock: Pick<Clock, 'monotonic'>
}

/** One look-up serves all calls of a second. */
const CACHE_MS = 1_000
const CACHED_MAX = 10_000

interface Looked {
  readonly spent: Promise<Nano>
  readonly until: number
  /** Charged since: some of it may have been recorded just before the look, and counts twice until the next. */
  since: Nano
}

export const createKeySpending = ({ spentByKey, clock }: KeySpendingOptions): KeySpending => {
  const looks = new Map<string, Looked>()

  const look = (apiKey: string): Looked => {
    const now = clock.monotonic()
    const known = looks.get(apiKey)
    if (known && now < known.until) return known
    if (looks.size >= CACHED_MAX) looks.clear()
    const looked: Looked = { spent: spentByKey(apiKey), until: now + CACHE_MS, since: 0n }
    looks.set(apiKey, looked)
    looked.spent.catch(() => looks.delete(apiKey))
    return looked
  }

  return {
    async check({ id, limits }) {
      if (limits.spend === null) return
      const looked = look(id)
      const spent = (await looked.spent) + looked.since
      if (spent >= limits.spend) throw spentAll(limits.spend, spent)
    },
    add(apiKey, charge) {
      const looked = looks.get(apiKey)
      if (looked) looked.since += charge
    },
  }
}

const spentAll = (limit: Nano, spent: Nano): ApiError =>
  new ApiError(
    'spend_limit_reached',
    `This key may spend ${formatUsd(limit)} USD; ${formatUsd(spent)} USD are spent or held for batches that run`,
    { limit: formatUsd(limit), spent: formatUsd(spent) },
  )
