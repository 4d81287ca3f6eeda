import { type Clock, sleep } from '../../clock/clock.ts'
import type { LoopWatch } from '../../clock/loop.ts'
import type { ModelLoad } from '../../execute/realtime/engine.ts'
import type { DeploymentReport } from '../../execute/realtime/routes.ts'
import type { QueueStatus, StatusStore } from '../../storage/status.ts'
import { BatchCounts } from './batch-counts.ts'
import { ExecuteCounts } from './execute-counts.ts'
import { HttpCounts } from './http-counts.ts'
import { processStart, processStatus } from './process-status.ts'
import { RealtimeCounts } from './realtime-counts.ts'
import { type Exposition, exposition } from './registry.ts'
import { StoreCounts } from './store-counts.ts'
import { METRICS } from './table.ts'
import { WebhookCounts } from './webhook-counts.ts'

/** Counters that the parts of the server add to, and their exposition. */
export interface Metrics {
  readonly counts: {
    readonly execute: ExecuteCounts
    readonly store: StoreCounts
    readonly batches: BatchCounts
    readonly realtime: RealtimeCounts
    readonly webhooks: WebhookCounts
    readonly http: HttpCounts
  }
  expose(live: LiveStatus): Promise<Exposition>
}

/** What the stations can tell of this moment. */
export interface LiveStatus {
  load(): ReadonlyMap<string, ModelLoad>
  runs(): number
  unacknowledged(): number
  readonly routes: { reports(): readonly DeploymentReport[] }
}

/** However many look at it, the store counts its queue so often at most. */
const QUEUE_LOOK_MS = 5_000
/** A scrape does not wait for a store that hangs. */
const QUEUE_LOOK_MS_MAX = 2_000

export const createMetrics = (order: {
  readonly store: Pick<StatusStore, 'queue'>
  readonly clock: Clock
  readonly loop: LoopWatch
}): Metrics => {
  const { clock, loop } = order
  const counts = {
    execute: new ExecuteCounts(),
    store: new StoreCounts(),
    batches: new BatchCounts(),
    realtime: new RealtimeCounts(),
    webhooks: new WebhookCounts(),
    http: new HttpCounts(),
  }
  const lookAtQueue = createQueueLook(order.store, clock)
  const startedAt = processStart(clock.now())
  return {
    counts,
    async expose(live) {
      const queue = await lookAtQueue()
      const reports = live.routes.reports()
      return exposition(METRICS, {
        ...counts,
        queue,
        load: live.load(),
        runs: live.runs(),
        unacknowledged: live.unacknowledged(),
        gates: new Map(reports.map(({ deployment, gate }) => [deployment.id, gate])),
        learned: new Map(reports.map(({ deployment, learned }) => [deployment.id, learned])),
        loop: { ...loop.delays(), ...loop.time() },
        process: processStatus(startedAt),
      })
    },
  }
}

const createQueueLook = (
  store: Pick<StatusStore, 'queue'>,
  clock: Clock,
): (() => Promise<QueueStatus | undefined>) => {
  let status: QueueStatus | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined

  const look = (): Promise<void> =>
    store
      .queue()
      .then(
        (found) => {
          status = found
        },
        () => {
          status = undefined
        },
      )
      .finally(() => {
        lookedAt = clock.monotonic()
        looking = undefined
      })

  return async () => {
    if (clock.monotonic() - lookedAt < QUEUE_LOOK_MS) return status
    looking ??= look()
    const answered = looking.then(() => true)
    const isKnown = await Promise.race([answered, sleep(clock, QUEUE_LOOK_MS_MAX).then(() => false)])
    return isKnown ? status : undefined
  }
}
