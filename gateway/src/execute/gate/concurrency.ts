/**
 * How many calls may be in flight, found by trying: nobody's provider documents a limit that stays true.
 *
 * Additive increase, multiplicative decrease, the rule that converges to a fair share when everyone
 * follows it (Chiu and Jain, 1989), with TCP's slow start (RFC 5681 §3.1): each answer raises the limit by
 * one, which doubles it in a round trip, until the first throttle. From then on it grows by one in a round
 * trip up to the height at which it was throttled last, and by 5 % above, where the provider's limit has
 * moved. The decrease is ×0.9 as in Netflix's concurrency-limits (`AIMDLimit`): a provider says 429 at
 * once and loses nothing, so there is no queue to drain as there is behind TCP's ½.
 *
 * No clock: a "round trip" is told by the order in which calls were let in.
 */
export interface Concurrency {
  current(): number
  /** A call is let in; keep the ticket for its end. */
  entered(): Ticket
  /** The limit is what holds calls back now. Unused room proves nothing, so it does not grow. */
  full(): void
  succeeded(ticket: Ticket): void
  throttled(ticket: Ticket): void
  /** Other limits from now on. What was learnt stays, as far as it is allowed. */
  adjust(limits: ConcurrencyLimits): void
  /** What to start from after a restart. */
  learned(): LearnedConcurrency
}

export type Ticket = number

export interface LearnedConcurrency {
  /** The last good value. */
  readonly concurrency: number
  /** Where the provider throttled last; without it the search has not met a limit yet. */
  readonly ceiling?: number
}

const DECREASE = 0.9
const GROWTH_ABOVE_CEILING = 0.05

export interface ConcurrencyLimits {
  /** Where the search begins when nothing was learnt. */
  readonly initial: number
  readonly max: number
}

export const createConcurrency = (
  given: ConcurrencyLimits & { readonly learned?: LearnedConcurrency },
): Concurrency => {
  const { learned } = given
  let { max } = given
  let limit = Math.min(max, Math.max(1, learned?.concurrency ?? given.initial))
  let ceiling = learned?.ceiling
  /** Below it the limit doubles in a round trip. */
  let slowStartEnd = ceiling === undefined ? Number.POSITIVE_INFINITY : limit
  let entries: Ticket = 0
  let fullAt: Ticket = -1
  let decreasedAt: Ticket = -1
  let answeredSinceDecrease = true

  const noteLimit = (): void => {
    ceiling = limit
    slowStartEnd = Math.max(2, limit * DECREASE)
  }

  const growthInRoundTrip = (): number => {
    if (limit < slowStartEnd) return limit
    return limit < (ceiling ?? 0) ? 1 : Math.max(1, limit * GROWTH_ABOVE_CEILING)
  }

  return {
    current: () => Math.floor(limit),
    entered() {
      entries += 1
      return entries
    },
    full() {
      fullAt = entries
    },
    succeeded(ticket) {
      // Let in before the last decrease: part of what was too much. Counting these as growth kept the limit
      // at the height where every freed place was refused at once, 1.2 refusals an answer.
      if (ticket <= decreasedAt) return
      answeredSinceDecrease = true
      const wasFullMeanwhile = fullAt >= ticket
      if (!wasFullMeanwhile) return
      limit = Math.min(max, limit + growthInRoundTrip() / limit)
    },
    throttled(ticket) {
      // Calls that were let in before the last decrease tell nothing about the limit since.
      if (ticket <= decreasedAt) return
      // A storm that lets nothing through says that the provider is out of order, not where its limit is:
      // the height before it is kept, and slow start comes back to it.
      if (answeredSinceDecrease) noteLimit()
      limit = Math.max(1, limit * DECREASE)
      decreasedAt = entries
      answeredSinceDecrease = false
    },
    adjust(limits) {
      max = limits.max
      // A search that has met no limit yet may begin again, further up.
      const reached = ceiling === undefined ? Math.max(limit, limits.initial) : limit
      limit = Math.min(max, reached)
    },
    learned() {
      const recovering = ceiling !== undefined && limit < slowStartEnd
      const concurrency = Math.floor(recovering ? slowStartEnd : limit)
      return ceiling === undefined ? { concurrency } : { concurrency, ceiling: Math.floor(ceiling) }
    },
  }
}
