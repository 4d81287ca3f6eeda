import type { Clock } from '../../clock/clock.ts'
import type { ApiKey } from '../../storage/operator.ts'
import type { ApiError } from '../errors.ts'
import { type LimitHeaders, retryHeaders, type ShowLimit } from './limit-headers.ts'
import { type LimitReached, limitRefusal } from './limit-refusal.ts'
import { MinuteBudget } from './minute-budget.ts'

export type LimitedKey = Pick<ApiKey, 'id' | 'limits'>

/** What a call may need, before it is made. */
export interface CallEstimate {
  readonly inputTokens: number
  /** The most that its answer may have. */
  readonly outputTokens: number
}

export interface Entered {
  /** For its answer, whatever that is. */
  readonly headers: LimitHeaders
  /** Nothing was taken: it is the answer. */
  readonly refusal?: ApiError
  /** Once it is over: what it really needed. */
  settle(tokens: number): void
}

/** Requests and tokens a minute of each key, for the calls of this process. Batches have none, they queue. */
export interface KeyLimits {
  /** How it stands with a key; empty for one without limits. */
  headers(key: LimitedKey): LimitHeaders
  enter(key: LimitedKey, estimate: CallEstimate): Entered
}

interface Budgets {
  readonly requests: MinuteBudget | undefined
  readonly tokens: MinuteBudget | undefined
}

/** Those of keys that are not idle, whichever dialect they speak; the one that was used last is the last. */
export type KeyBudgets = Map<string, Budgets>

export const createKeyLimits = (
  clock: Pick<Clock, 'monotonic' | 'now'>,
  show: ShowLimit,
  budgets: KeyBudgets = new Map(),
): KeyLimits => {
  const budgetsOf = ({ id, limits }: LimitedKey, now: number): Budgets => {
    const known = budgets.get(id)
    budgets.delete(id)
    forgetIdle(budgets, now)
    const current = {
      requests: budgetFor(known?.requests, limits.requestsPerMinute, now),
      tokens: budgetFor(known?.tokens, limits.tokensPerMinute, now),
    }
    if (current.requests || current.tokens) budgets.set(id, current)
    return current
  }

  const shown = (
    what: 'requests' | 'tokens',
    budget: MinuteBudget | undefined,
    now: number,
  ): LimitHeaders => {
    if (!budget) return {}
    const state = {
      what,
      limit: budget.limit,
      remaining: budget.remaining(now),
      resetMs: budget.resetMs(now),
    }
    return show(state, clock.now())
  }

  const headersOf = ({ requests, tokens }: Budgets, now: number): LimitHeaders => ({
    ...shown('requests', requests, now),
    ...shown('tokens', tokens, now),
  })

  return {
    headers(key) {
      if (isUnlimited(key)) return UNLIMITED.headers
      const now = clock.monotonic()
      return headersOf(budgetsOf(key, now), now)
    },
    enter(key, estimate) {
      if (isUnlimited(key)) return UNLIMITED
      const now = clock.monotonic()
      const { requests, tokens } = budgetsOf(key, now)
      const amount = tokens ? tokensCounted(estimate, tokens.limit) : 0
      const refused = longestWait([
        { what: 'requests', budget: requests, amount: 1, now },
        { what: 'tokens', budget: tokens, amount, now },
      ])
      if (refused) {
        const { waitMs } = refused
        const retry = Number.isFinite(waitMs) ? retryHeaders(waitMs) : {}
        const headers = { ...headersOf({ requests, tokens }, now), ...retry }
        return { headers, refusal: limitRefusal(refused), settle: () => undefined }
      }
      requests?.take(1, now)
      const taken = tokens?.take(amount, now)
      return {
        headers: headersOf({ requests, tokens }, now),
        settle(needed) {
          if (taken) tokens?.correct(taken, needed, clock.monotonic())
        },
      }
    },
  }
}

const UNLIMITED: Entered = { headers: {}, settle: () => undefined }

const isUnlimited = ({ limits }: LimitedKey): boolean =>
  limits.requestsPerMinute === null && limits.tokensPerMinute === null

const budgetFor = (
  known: MinuteBudget | undefined,
  limit: number | null,
  now: number,
): MinuteBudget | undefined => {
  if (limit === null) return undefined
  if (!known) return new MinuteBudget(limit, now)
  if (known.limit !== limit) known.limitTo(limit, now)
  return known
}

/** A budget that is full again says no more than a new one. Those that were used last stay behind the first that is not. */
const forgetIdle = (budgets: Map<string, Budgets>, now: number): void => {
  for (const [id, { requests, tokens }] of budgets) {
    if ((requests?.resetMs(now) ?? 0) > 0 || (tokens?.resetMs(now) ?? 0) > 0) return
    budgets.delete(id)
  }
}

/** An answer hardly ever has all that it may have: its limit counts as far as one minute can hold it. */
const tokensCounted = ({ inputTokens, outputTokens }: CallEstimate, limit: number): number =>
  inputTokens + Math.min(outputTokens, Math.max(0, limit - inputTokens))

interface Asked {
  readonly what: 'requests' | 'tokens'
  readonly budget: MinuteBudget | undefined
  readonly amount: number
  readonly now: number
}

/** The limit that keeps the call out for longest; undefined where none does. */
const longestWait = (asked: readonly Asked[]): LimitReached | undefined => {
  let longest: LimitReached | undefined
  for (const { what, budget, amount, now } of asked) {
    const waitMs = budget?.waitMs(amount, now) ?? 0
    if (budget && waitMs > (longest?.waitMs ?? 0)) {
      longest = { what, limit: budget.limit, remaining: budget.remaining(now), amount, waitMs }
    }
  }
  return longest
}
