import type { AnswerEntry } from '../batch/answer-frame.ts'
import type { CallOrder } from '../interactive/interactive-call.ts'
import type { Nano } from '../money/nano.ts'
import type { CallOutcome } from '../provider/call.ts'
import type { Failure } from '../provider/failure.ts'
import type { Verdict } from '../provider/verdict.ts'
import type { ClaimedShard } from '../storage/engine.ts'
import type { Route } from './realtime/routes.ts'

/**
 * Told of what execution does, as it happens: what is counted and traced is made of it. It runs within the work
 * that it is told of, thousands of times a second, so it is quick and never throws.
 */
export interface ExecuteObserver {
  /** A call to a provider is over, and what it came to is known. */
  called(shard: ClaimedShard, call: ObservedCall): void
  /** A call failed, and its request is sent once more. */
  retried(route: Route, failure: Failure): void
  /** A request has its one answer, which waits for its commit now. */
  answered(shard: ClaimedShard, entry: AnswerEntry): void
  /** A provider's cost bought no answer that is kept. */
  wasted(shard: ClaimedShard, cost: Nano): void
}

/** The same for ordinary calls. */
export interface CallObserver {
  /** It waited before the gates of its model; without a route none let it in. */
  entered(order: CallOrder, route: Route | undefined, waitedMs: number): void
  /** A call to a provider is over. */
  tried(order: CallOrder, call: TriedCall): void
}

export interface ObservedCall extends TriedCall {
  /** Its place in the shard. */
  readonly position: number
}

export interface TriedCall {
  readonly route: Route
  readonly outcome: CallOutcome
  readonly verdict: Verdict
}

/** For stations that nobody watches. */
export const UNOBSERVED: ExecuteObserver = {
  called: () => {},
  retried: () => {},
  answered: () => {},
  wasted: () => {},
}
