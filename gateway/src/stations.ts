import type { Trouble } from './batch/trouble.ts'
import type { Lease } from './execute/lease.ts'
import { createBatchLanes } from './execute/realtime/batch-lanes.ts'
import type { ModelLoad } from './execute/realtime/engine.ts'
import type { BatchLane } from './execute/realtime/held-call.ts'
import { createRoutes, type Routes } from './execute/realtime/routes.ts'
import { type Incarnation, startWorker, type Worker } from './execute/worker.ts'
import type { Sink } from './settle/sink.ts'
import { createUsagePosting } from './settle/usage-posting.ts'
import { createUsageRecorder, type GroupingRecorder } from './settle/usage-recorder.ts'
import { gateSaver, openGates } from './stations/gates.ts'
import { createIncarnation } from './stations/incarnation.ts'
import type { StationsOptions } from './stations/options.ts'
import { purge } from './stations/purge.ts'

export interface Stations {
  readonly worker: Worker
  readonly routes: Routes
  /** For ordinary calls that wait their turn among the requests of batches. */
  readonly batchLane: BatchLane
  /** Charges ordinary calls. */
  readonly usage: GroupingRecorder
  /** Why the requests for a model do not move at the moment. */
  whyWaiting(model: string): Trouble | undefined
  /**
   * Other deployments, costs and limits from now on, while shards run: batches keep the price that they were sold
   * at; one whose model no deployment serves any more waits until one does.
   */
  reconfigure(change: Reconfiguration): void
  runs(): number
  inFlight(): number
  /** What is at hand of each model. */
  load(): ReadonlyMap<string, ModelLoad>
  /** Answers that wait for their commit. */
  unacknowledged(): number
}

export type Reconfiguration = Pick<StationsOptions, 'deployments' | 'costBooks' | 'limits'>

/** Execute and settle, put together: from claimed shards to sealed ones. */
export const startStations = async (options: StationsOptions): Promise<Stations> => {
  const { store, clock, room } = options
  const gated = await openGates(options)
  const routes = createRoutes({
    deployments: gated(options.deployments),
    channelOf: options.channelOf,
    now: clock.now,
  })
  let { costBooks, limits } = options
  const lanes = createBatchLanes({ ...limits, clock, routes })
  const saveGates = gateSaver(store, routes)
  const postUsage = createUsagePosting({ store, clock })
  let current: { sink: Sink; incarnation: Incarnation } | undefined

  const incarnate = (worker: string, lease: Lease, wake: () => void): Incarnation => {
    const live = { costBooks: () => costBooks, limits: () => limits }
    current = createIncarnation(options, { worker, lease, wake, routes, lanes, ...live })
    return current.incarnation
  }

  await room.look()
  const worker = await startWorker({
    store,
    clock,
    ids: options.ids,
    incarnate,
    alone: options.alone,
    leaseMs: limits.leaseMs,
    tickMs: limits.tickMs,
    onError: options.onError,
    async onTick() {
      await room.look()
      await saveGates()
      await postUsage()
      await purge(store, options.blobs)
      options.onTick(routes.states())
    },
  })

  return {
    worker,
    routes,
    batchLane: lanes,
    usage: openUsage(options),
    whyWaiting: (model) => room.trouble() ?? current?.sink.trouble() ?? routes.closed(model),
    reconfigure(change) {
      costBooks = change.costBooks
      limits = change.limits
      routes.replace(gated(change.deployments))
      current?.incarnation.engine.park()
      current?.incarnation.engine.pump()
      worker.wake()
    },
    runs: () => current?.incarnation.engine.runs() ?? 0,
    inFlight: () => current?.incarnation.engine.inFlight() ?? 0,
    load: () => current?.incarnation.engine.load() ?? new Map(),
    unacknowledged: () => current?.sink.unacknowledged() ?? 0,
  }
}

const openUsage = ({ store, clock, ids, limits, onError, onFatal }: StationsOptions): GroupingRecorder =>
  createUsageRecorder({
    store,
    clock,
    recorder: ids.next('recorder_'),
    groupMsMax: limits.usageMsMax,
    retryMs: limits.storeRetryMs,
    onError: (error) => onError('record usage', error),
    onFatal,
  })
