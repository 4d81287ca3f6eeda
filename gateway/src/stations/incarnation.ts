import type { Lease } from '../execute/lease.ts'
import type { ExecuteLimits } from '../execute/limits.ts'
import { createAttempt } from '../execute/realtime/attempt.ts'
import type { BatchLanes } from '../execute/realtime/batch-lanes.ts'
import { createRealtimeEngine } from '../execute/realtime/engine.ts'
import { createFinish } from '../execute/realtime/finish.ts'
import type { Routes } from '../execute/realtime/routes.ts'
import type { ShardRun } from '../execute/realtime/shard-run.ts'
import type { Incarnation } from '../execute/worker.ts'
import { type CostBooks, costAt } from '../money/cost-book.ts'
import { createSink, type Sink } from '../settle/sink.ts'
import type { StationsOptions } from './options.ts'

interface IncarnationOrder {
  readonly worker: string
  readonly lease: Lease
  readonly wake: () => void
  readonly routes: Routes
  readonly lanes: BatchLanes
  readonly costBooks: () => CostBooks
  /** Those that are used per call are read anew; groups, leases and windows keep what they began with. */
  readonly limits: () => ExecuteLimits
}

/** The sink and the engine of one life of the worker: they go with its lease. */
export const createIncarnation = (
  options: StationsOptions,
  { worker, lease, wake, routes, lanes, costBooks, limits: limitsNow }: IncarnationOrder,
): { sink: Sink; incarnation: Incarnation } => {
  const { store, clock, blobs, crash, room } = options
  const limits = limitsNow()
  const mayStart = (): boolean => lease.held() && room.trouble() === undefined
  const onUnreadable = (run: ShardRun, error: unknown): void => {
    if (error instanceof Error && error.name === 'BlobMissing') void onMissing(run, error)
    else options.onError('read requests', error)
  }
  /** An input goes with its batch, so only one who still holds the shard may miss it. */
  const onMissing = async (run: ShardRun, error: Error): Promise<void> => {
    const { ref } = run
    try {
      const { stopping, held } = await store.tick(worker)
      engine.stopBatches(stopping)
      const isOurs = held.some(({ shard, epoch }) => shard === ref.shard && epoch === ref.epoch)
      if (isOurs) options.onFatal(error)
      else engine.lose(run)
    } catch (refusal) {
      // The input is read again in a second, and this is asked again.
      options.onError('look for a shard', refusal)
    }
  }
  const sink = createSink({
    store,
    clock,
    worker,
    crash,
    onReceipt: (receipt) => engine.receipt(receipt),
    onError: (error) => options.onError('append', error),
    onFatal: options.onFatal,
    groupMsMax: limits.groupMsMax,
    groupBytesMax: limits.groupBytesMax,
    groupAnswersMax: () => Math.max(limits.groupAnswersMin, routes.limit()),
    retryMs: limits.storeRetryMs,
  })
  const engine = createRealtimeEngine({
    worker,
    clock,
    blobs,
    dialects: options.dialects,
    routes,
    lanes,
    sink,
    attempt: createAttempt({
      call: options.call,
      clock,
      random: options.random,
      sink,
      store,
      observer: options.observer,
      costOf: ({ costBook }, at) => costAt(costBooks(), costBook, at)?.list,
      mayStart,
      crash,
      get answerBytesMax() {
        return limitsNow().answerBytesMax
      },
    }),
    finish: createFinish({
      store,
      sink,
      observer: options.observer,
      blobs,
      clock,
      windowBytesMax: limits.windowBytesMax,
      retryMs: limits.storeRetryMs,
      onBatchEnded: options.onBatchEnded,
      onFatal: options.onFatal,
      onError: options.onError,
      onUnreadable,
    }),
    mayStart,
    onRoom: wake,
    onUnreadable,
    windowBytesMax: limits.windowBytesMax,
    get stopDrainMs() {
      return limitsNow().stopDrainMs
    },
  })
  return { sink, incarnation: { worker, engine } }
}
