import type { AnswerKind } from '../../batch/answer-frame.ts'
import type { CallObserver, ExecuteObserver } from '../../execute/observer.ts'
import type { CallOutcome } from '../../provider/call.ts'
import type { Verdict } from '../../provider/verdict.ts'
import { Count, CountsByName } from './counts-by-name.ts'
import { CALL_SECONDS, Durations } from './durations.ts'
import { Spending } from './spending.ts'

/** Counts what execution does. */
export class ExecuteCounts implements ExecuteObserver, CallObserver {
  readonly deployments = new CountsByName(() => new DeploymentCounts())
  readonly models = new CountsByName(() => new ModelCounts())
  /** Of ordinary calls, before gates. */
  readonly waitSeconds = new Durations(CALL_SECONDS)

  called: ExecuteObserver['called'] = (_shard, { route, outcome, verdict }) => {
    this.deployments.of(route.deployment.id).batch.add(outcome, verdict)
  }

  tried: CallObserver['tried'] = (_order, { route, outcome, verdict }) => {
    this.deployments.of(route.deployment.id).call.add(outcome, verdict)
  }

  entered: CallObserver['entered'] = (_order, _route, waitedMs) => {
    this.waitSeconds.add(waitedMs / 1_000)
  }

  retried: ExecuteObserver['retried'] = (route, failure) => {
    this.deployments.of(route.deployment.id).retries.of(failure.class).value += 1
  }

  answered: ExecuteObserver['answered'] = (shard, entry) => {
    const counts = this.models.of(shard.model)
    counts.answers[entry.kind] += 1
    // What failed, expired or was cancelled used nothing and cost nothing.
    if (entry.kind === 'succeeded') counts.spending.add(entry)
  }

  wasted: ExecuteObserver['wasted'] = (shard, cost) => {
    this.models.of(shard.model).spending.waste += cost
  }
}

class DeploymentCounts {
  readonly batch = new CallCounts()
  readonly call = new CallCounts()
  /** By the class of the failure. */
  readonly retries = new CountsByName(() => new Count())
}

export class CallCounts {
  /** Success, or a class of failure. */
  readonly outcomes = new CountsByName(() => new Count())
  readonly seconds = new Durations(CALL_SECONDS)

  add({ totalMs }: CallOutcome, verdict: Verdict): void {
    this.outcomes.of(verdict.kind === 'success' ? 'success' : verdict.class).value += 1
    this.seconds.add(totalMs / 1_000)
  }
}

class ModelCounts {
  readonly answers: Record<AnswerKind, number> = { succeeded: 0, failed: 0, expired: 0, cancelled: 0 }
  readonly spending = new Spending()
}
