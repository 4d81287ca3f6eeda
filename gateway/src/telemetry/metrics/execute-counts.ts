import type { AnswerKind } from '../../batch/answer-frame.ts'
import type { ExecuteObserver } from '../../execute/observer.ts'
import { Count, CountsByName } from './counts-by-name.ts'
import { CALL_SECONDS, Durations } from './durations.ts'
import { Spending } from './spending.ts'

/** Counts what execution does. */
export class ExecuteCounts implements ExecuteObserver {
  readonly deployments = new CountsByName(() => new DeploymentCounts())
  readonly models = new CountsByName(() => new ModelCounts())

  called: ExecuteObserver['called'] = (_shard, { route, outcome, verdict }) => {
    const counts = this.deployments.of(route.deployment.id)
    counts.outcomes.of(verdict.kind === 'success' ? 'success' : verdict.class).value += 1
    counts.seconds.add(outcome.totalMs / 1_000)
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
  /** Success, or a class of failure. */
  readonly outcomes = new CountsByName(() => new Count())
  readonly retries = new CountsByName(() => new Count())
  readonly seconds = new Durations(CALL_SECONDS)
}

class ModelCounts {
  readonly answers: Record<AnswerKind, number> = { succeeded: 0, failed: 0, expired: 0, cancelled: 0 }
  readonly spending = new Spending()
}
