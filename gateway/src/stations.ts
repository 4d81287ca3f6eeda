import type { Dialect } from './batch/dialect.ts'
import type { Trouble } from './batch/trouble.ts'
import type { Clock, Ids, Random } from './clock/clock.ts'
import type { GateState, Learned } from './execute/gate/gate.ts'
import { createGates } from './execute/gate/gates.ts'
import type { Lease } from './execute/lease.ts'
import type { ExecuteLimits } from './execute/limits.ts'
import type { ExecuteObserver } from './execute/observer.ts'
import { createAttempt } from './execute/realtime/attempt.ts'
import { type BatchLanes, createBatchLanes } from './execute/realtime/batch-lanes.ts'
import { createRealtimeEngine, type ModelLoad } from './execute/realtime/engine.ts'
import { createFinish } from './execute/realtime/finish.ts'
import type { BatchLane } from './execute/realtime/held-call.ts'
import { createRoutes, type GatedDeployment, type Routes } from './execute/realtime/routes.ts'
import type { ShardRun } from './execute/realtime/shard-run.ts'
import type { Room } from './execute/room.ts'
import { type Incarnation, startWorker, type Worker } from './execute/worker.ts'
import { type CostBooks, costAt } from './money/cost-book.ts'
import type { Call } from './provider/call.ts'
import type { Deployment } from './provider/deployment.ts'
import type { Protocol } from './provider/protocol.ts'
import { createSink, type Sink } from './settle/sink.ts'
import { createUsagePosting } from './settle/usage-posting.ts'
import { createUsageRecorder, type GroupingRecorder } from './settle/usage-recorder.ts'
import type { Blobs } from './storage/blobs/blobs.ts'
import type { EngineStore, GateRecord } from './storage/engine.ts'

/** Everything that comes from outside; the server brings the real things, the simulation its own. */
export interface StationsOptions {
  readonly store: EngineStore
  readonly blobs: Blobs
  readonly call: Call
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly dialects: ReadonlyMap<string, Dialect>
  readonly protocols: Readonly<Record<Deployment['provider'], Protocol>>
  readonly deployments: readonly Deployment[]
  readonly costBooks: CostBooks
  readonly limits: ExecuteLimits
  readonly room: Room
  readonly crash: (point: string, detail?: string) => void
  /** No other worker shares the store: every earlier incarnation is dead. */
  readonly alone: boolean
  readonly observer: ExecuteObserver
  readonly onBatchEnded: (batch: string) => void
  /** Called once a tick, with the gates of all deployments. */
  readonly onTick: (gates: ReadonlyMap<string, GateState>) => void
  /** Something failed and is tried again. */
  readonly onError: (where: string, error: unknown) => void
  /** A broken invariant: the process must stop, loudly. */
  readonly onFatal: (error: unknown) => void
}

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
  const routes = createRoutes(gated(options.deployments), clock.now)
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
      await purge(options)
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

/** Puts a gate before each deployment; what gates learnt before this process began is read once. */
const openGates = async ({
  store,
  clock,
  protocols,
}: StationsOptions): Promise<(deployments: readonly Deployment[]) => GatedDeployment[]> => {
  const learned = new Map((await store.gates()).flatMap((record) => learnedOf(record)))
  const gates = createGates({ clock, learned })
  return (deployments) =>
    deployments.map((deployment) => ({
      deployment,
      gate: gates.of(deployment),
      protocol: protocols[deployment.provider],
    }))
}

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

const createIncarnation = (
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

/** At most so many deleted batches, files and uploads each lose their bytes in one tick. */
const PURGE_MAX = 20

const purge = async ({ store, blobs }: StationsOptions): Promise<void> => {
  for (const { batch, blobs: names } of await store.expire(PURGE_MAX)) {
    for (const name of names) await blobs.remove(name)
    await store.purged(batch)
  }
  for (const { id, blobs: names } of await store.expireFiles(PURGE_MAX)) {
    for (const name of names) await blobs.remove(name)
    await store.filePurged(id)
  }
  for (const { id, blobs: names } of await store.expireUploads(PURGE_MAX)) {
    for (const name of names) await blobs.remove(name)
    await store.uploadPurged(id)
  }
}

/** Saves what the gates learnt where it has changed since the last time. */
const gateSaver = (store: EngineStore, routes: Routes): (() => Promise<void>) => {
  let saved = ''
  return async () => {
    const records = routes.records()
    const text = JSON.stringify(records)
    if (text === saved) return
    await store.saveGates(records)
    saved = text
  }
}

/** What cannot be read any more was learnt by another release: learning it anew takes seconds. */
const learnedOf = ({ deployment, learned }: GateRecord): Array<[deployment: string, Learned]> => {
  const value: unknown = JSON.parse(learned)
  return isLearned(value) ? [[deployment, value]] : []
}

const isLearned = (value: unknown): value is Learned =>
  typeof value === 'object' &&
  value !== null &&
  'concurrency' in value &&
  Object.values(value).every((each) => typeof each === 'number' && Number.isFinite(each) && each > 0)
