import type { Clock } from '../clock/clock.ts'
import { sleep } from '../clock/clock.ts'
import type { LoopWatch } from '../clock/loop.ts'
import type { CallObserver, ExecuteObserver } from '../execute/observer.ts'
import type { InteractiveCall } from '../interactive/interactive-call.ts'
import type { ServerObserver } from '../server/observer.ts'
import type { UsageRecorder } from '../settle/usage-entry.ts'
import type { DeliveryStore } from '../storage/deliveries.ts'
import type { EngineStore } from '../storage/engine.ts'
import type { EndedBatch } from '../storage/status.ts'
import { logAccepted, logEnded } from './logs/batch-lines.ts'
import type { Log } from './logs/log.ts'
import { logRequest } from './logs/request-lines.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'
import { countedDeliveries } from './metrics/webhook-counts.ts'
import { observedCalls } from './observed-calls.ts'
import { observedStore, type StoreObserver } from './store-observer.ts'
import { callSpans } from './traces/call-spans.ts'
import { ExecutionSpans } from './traces/execution-spans.ts'
import { noTracer, type OpenTracer, type Tracer } from './traces/tracer.ts'

/** Counts, log and traces, made of what the parts of the server tell. */
export interface Watch {
  /** The store, with what goes through it watched. */
  readonly store: EngineStore
  readonly execute: ExecuteObserver
  readonly calls: CallObserver
  readonly server: ServerObserver
  readonly tracer: Tracer
  readonly metrics: Metrics
  batchEnded(batch: string): void
  /** Ordinary calls, with what comes of them watched. */
  interactive(call: InteractiveCall): InteractiveCall
  usage(recorder: UsageRecorder): UsageRecorder
  deliveries(store: DeliveryStore): DeliveryStore
  /** What was still to be looked up has been. Before the store is closed. */
  settled(): Promise<void>
  /** Sends the traces that are left. */
  close(): Promise<void>
}

/** A collector that is away must not keep the process. */
const FLUSH_MS_MAX = 5_000

export const createWatch = (order: {
  readonly store: EngineStore
  readonly clock: Clock
  readonly loop: LoopWatch
  readonly log: Log
  readonly traces: OpenTracer | undefined
}): Watch => {
  const { clock, log, traces } = order
  const tracer = traces?.tracer ?? noTracer
  const spans = traces && new ExecutionSpans(tracer, clock)
  const metrics = createMetrics(order)
  const { counts } = metrics
  const store = observedStore(order.store, clock, spans ? both(counts.store, spans) : counts.store)
  const lookUps = new Set<Promise<void>>()

  const noteEnd = (id: string, batch: EndedBatch): void => {
    counts.batches.ended({ outcome: batch.outcome, seconds: (batch.endedAt - batch.createdAt) / 1_000 })
    logEnded(log, id, batch)
    spans?.batchEnded(id, batch)
  }

  const lookUpEnd = async (id: string): Promise<void> => {
    try {
      const batch = await store.ended(id)
      if (batch) noteEnd(id, batch)
    } catch (error) {
      log.warn({ err: error, batch: id }, 'the end of a batch could not be looked up')
    }
  }

  return {
    store,
    execute: spans ? traced(counts.execute, spans) : counts.execute,
    calls: traces ? tracedCalls(counts.execute, callSpans(tracer, clock)) : counts.execute,
    tracer,
    metrics,
    deliveries: (deliveries) => countedDeliveries(deliveries, counts.webhooks),
    interactive: (call) => observedCalls(call, clock, (ended) => counts.realtime.ended(ended)),
    usage: (recorder) => ({
      add(entry) {
        counts.realtime.used(entry)
        recorder.add(entry)
      },
    }),
    server: {
      answered(request) {
        counts.http.answered(request)
        logRequest(log, request)
      },
      notHttp(status) {
        counts.http.notHttp.of(String(status)).value += 1
        log.debug({ status }, 'what came is no HTTP')
      },
      accepted(account, batch) {
        counts.batches.accepted({ dialect: batch.dialect, requests: batch.counts.total })
        logAccepted(log, account, batch)
      },
    },
    batchEnded(batch) {
      const lookUp = lookUpEnd(batch).finally(() => lookUps.delete(lookUp))
      lookUps.add(lookUp)
    },
    async settled() {
      await Promise.all(lookUps)
    },
    async close() {
      spans?.close()
      await Promise.race([traces?.close(), sleep(clock, FLUSH_MS_MAX)])
    },
  }
}

const traced = (counts: ExecuteObserver, spans: ExecutionSpans): ExecuteObserver => ({
  called(shard, call) {
    counts.called(shard, call)
    spans.called(shard, call)
  },
  retried: (route, failure) => counts.retried(route, failure),
  answered: (shard, entry) => counts.answered(shard, entry),
  wasted: (shard, cost) => counts.wasted(shard, cost),
})

const tracedCalls = (counts: CallObserver, spans: CallObserver): CallObserver => ({
  entered(order, route, waitedMs) {
    counts.entered(order, route, waitedMs)
    spans.entered(order, route, waitedMs)
  },
  tried(order, call) {
    counts.tried(order, call)
    spans.tried(order, call)
  },
})

const both = (first: StoreObserver, second: StoreObserver): StoreObserver => ({
  joined() {
    first.joined()
    second.joined()
  },
  claimed(shards) {
    first.claimed(shards)
    second.claimed(shards)
  },
  appended(group, receipts, took) {
    first.appended(group, receipts, took)
    second.appended(group, receipts, took)
  },
  appendFailed(group, took) {
    first.appendFailed(group, took)
    second.appendFailed(group, took)
  },
  sealed(ref, receipt, took) {
    first.sealed(ref, receipt, took)
    second.sealed(ref, receipt, took)
  },
  released(ref) {
    first.released(ref)
    second.released(ref)
  },
})
