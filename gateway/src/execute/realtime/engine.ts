import type { StopCause } from '../../batch/batch-life.ts'
import type { Dialect } from '../../batch/dialect.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Sink } from '../../settle/sink.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { AppendReceipt, ClaimedShard, Unwanted, WorkerNews } from '../../storage/engine.ts'
import type { RunStop } from '../run-end.ts'
import { createAtHand } from './at-hand.ts'
import type { Attempt } from './attempt.ts'
import type { Enter, LaneQueue } from './lane-source.ts'
import type { Route, Routes } from './routes.ts'
import { type Pending, ShardRun } from './shard-run.ts'
import { createTrials } from './trials.ts'

/** Runs claimed shards over a provider's real-time API; every answer ends in the sink. */
export interface RealtimeEngine {
  start(claimed: ClaimedShard, claimAskedAt: number): void
  /** Stops the runs of these batches: nothing more starts, calls in flight may finish, then they end. */
  stopBatches(stopping: WorkerNews['stopping']): void
  /** Stops all runs, and those that a claim under way may still bring. */
  stopAll(cause: 'shutdown' | 'lost', drainMs: number): void
  /** The shard is somebody else's: its run is dropped. */
  lose(run: ShardRun): void
  /** The store has answered for a group. */
  receipt(receipt: AppendReceipt): void
  /** What a claim should not bring: enough of it is at hand, or no deployment of its model is open. */
  unwanted(): Unwanted
  /** How many more requests the open deployments could take soon. */
  appetite(): number
  runs(): number
  /** Is this shard run here, or on its way back to the store? */
  holds(shard: number): boolean
  inFlight(): number
  /** What is at hand of each model. */
  load(): ReadonlyMap<string, ModelLoad>
  /** Sends what may be sent. Cheap when nothing may. */
  pump(): void
  /**
   * Hands back what waits for deployments that have all shut or gone. A run whose calls are still in flight
   * when one opens or comes goes on as if nothing had been.
   */
  park(): void
  /** Resolves once no run is left. */
  idle(): Promise<void>
}

/** Requests of the shards that run here and have no answer yet, by what they wait for. */
export interface ModelLoad {
  /** A gate that lets them in. */
  readonly unstarted: number
  /** Their provider. */
  readonly inFlight: number
  /** The time of their retry. */
  readonly delayed: number
}

export interface EngineOptions {
  readonly worker: string
  readonly clock: Clock
  readonly blobs: Pick<Blobs, 'read'>
  readonly dialects: ReadonlyMap<string, Dialect>
  readonly routes: Routes
  readonly lanes: LaneQueue
  readonly attempt: Attempt
  readonly sink: Sink
  readonly finish: (run: ShardRun) => Promise<void>
  /** May a call start at all: is the lease held, is there room on the disk? */
  readonly mayStart: () => boolean
  /** Called when there is room for another claim. */
  readonly onRoom: () => void
  readonly onUnreadable: (run: ShardRun, error: unknown) => void
  readonly windowBytesMax: number
  /** Calls in flight may finish this long after a batch was told to stop. */
  readonly stopDrainMs: number
}

export const createRealtimeEngine = (options: EngineOptions): RealtimeEngine => {
  const { clock, routes, lanes, sink } = options
  const atHand = createAtHand(routes.limit)
  const runs = new Map<number, ShardRun>()
  let inFlight = 0
  let idleWaiters: Array<() => void> = []
  /** Of the batches whose shards are held here, those that the last tick called stopping. */
  let stopping: ReadonlyMap<string, StopCause> = new Map()
  let closing: { readonly cause: 'shutdown' | 'lost'; readonly drainMs: number } | undefined
  const trials = createTrials<ShardRun>({
    inFlight: () => inFlight,
    couldStart: (run) => routes.ready('batch', run.claimed.model) && hasTime(run),
  })

  const start = (claimed: ClaimedShard, claimAskedAt: number): void => {
    const dialect = options.dialects.get(claimed.dialect)
    if (!dialect) throw new Error(`no dialect "${claimed.dialect}" to run shard ${claimed.id} with`)
    const run: ShardRun = new ShardRun({
      claimed,
      worker: options.worker,
      dialect,
      deadline: claimAskedAt + (claimed.windowEnd - claimed.claimedAt),
      blobs: options.blobs,
      clock,
      windowBytesMax: options.windowBytesMax,
      mayStart,
      onTurn: startNext,
      onLoaded: () => lanes.pump(claimed.model),
      onError: (error) => options.onUnreadable(run, error),
    })
    runs.set(claimed.id, run)
    atHand.add(run)
    lanes.add(claimed.model, run)
    trials.add(run)
    // A claim may be the first to tell that a batch stops, and then its other runs stop too; or its reply
    // is older than what a tick has told meanwhile.
    const cause = claimed.cause ?? stopping.get(claimed.batch)
    if (cause) stopBatch(claimed.batch, cause)
    else if (closing) stopRun(run, closing.cause, closing.drainMs)
    else if (routes.closed(claimed.model)) stopRun(run, 'no_deployment')
    endIfDone(run)
    lanes.pump(claimed.model)
  }

  /** No call starts that would likely pass the deadline. */
  const hasTime = (run: ShardRun): boolean =>
    clock.monotonic() + routes.typicalMs(run.claimed.model) < run.deadline

  const mayStart = (run: ShardRun): boolean =>
    options.mayStart() && sinkHasRoom() && trials.allows(run) && hasTime(run)

  /** Without a drain time, calls in flight have all the time that a call has. */
  const stopRun = (run: ShardRun, cause: RunStop, drainMs?: number): void => {
    if (run.stopCause === 'lost') return
    // The first cause wins; a later one may still shorten the time that calls in flight are given.
    if (cause === 'lost' || (run.stopCause === null && !run.ending)) run.stopCause = cause
    if (run.ending) return
    if (cause === 'lost') {
      end(run)
      return
    }
    endIfDone(run)
    if (run.ending || run.inFlight === 0 || drainMs === undefined) return
    clock.after(drainMs, () => run.abort.abort())
  }

  /** Whatever else was to stop it meanwhile was kept out by the first cause, and stops it now. */
  const goOn = (run: ShardRun): void => {
    run.stopCause = null
    const cause = stopping.get(run.claimed.batch)
    if (cause) stopRun(run, cause, options.stopDrainMs)
    else if (closing) stopRun(run, closing.cause, closing.drainMs)
  }

  const stopBatch = (batch: string, cause: StopCause): void => {
    for (const run of runs.values()) {
      if (run.claimed.batch === batch) stopRun(run, cause, options.stopDrainMs)
    }
  }

  const endIfDone = (run: ShardRun): void => {
    if (run.ending || run.inFlight > 0) return
    const nothingLeft = run.unstarted() === 0 && run.delayed === 0
    if (nothingLeft || run.stopCause !== null) end(run)
  }

  const end = (run: ShardRun): void => {
    run.ending = true
    trials.remove(run)
    lanes.remove(run.claimed.model, run)
    atHand.remove(run)
    options.finish(run).then(() => {
      // A release whose reply was lost may have let this very worker claim the shard again meanwhile.
      if (runs.get(run.claimed.id) === run) runs.delete(run.claimed.id)
      options.onRoom()
      if (runs.size > 0) return
      const waiters = idleWaiters
      idleWaiters = []
      for (const resolve of waiters) resolve()
    }, options.onRoom)
  }

  /** Memory stays bounded while the store is slow or away: answers may wait for it only up to a limit. */
  const sinkHasRoom = (): boolean =>
    sink.trouble() === undefined && sink.unacknowledged() <= 2 * Math.max(inFlight, routes.limit())

  const startNext = (run: ShardRun, enter: Enter): boolean => {
    const pending = run.take()
    if (failedAsPoison(pending)) return true
    const route = enter(run.claimed.endpoint, pending)
    if (!route) {
      run.putBack(pending)
      return false
    }
    send(pending, route)
    // Before it runs dry: a claim takes a commit, and its account's turns would come to nothing.
    if (atHand.runsLow(run)) options.onRoom()
    return true
  }

  /** The request that ran alone when the last worker died is the culprit: it fails, the others go on. */
  const failedAsPoison = (pending: Pending): boolean => {
    const { run } = pending
    if (!run.isCulprit(pending.position)) return false
    options.attempt.poison(run, pending)
    endIfDone(run)
    return true
  }

  const send = (pending: Pending, route: Route): void => {
    const { run } = pending
    run.inFlight += 1
    inFlight += 1
    void options.attempt.run(pending, route).then((next) => {
      run.inFlight -= 1
      inFlight -= 1
      if (next.kind !== 'unsent') trials.survived(run, pending.position)
      if (next.kind === 'again') run.putBack(pending)
      else if (next.kind !== 'over') delay(pending, next.afterMs)
      endIfDone(run)
      lanes.pump(run.claimed.model)
    })
  }

  const delay = (pending: Pending, ms: number): void => {
    const { run } = pending
    run.delayed += 1
    clock.after(ms, () => {
      run.delayed -= 1
      if (run.ending) return
      run.putBack(pending)
      lanes.pump(run.claimed.model)
    })
  }

  /** Kept since shards of them came, so a model that no deployment serves any more is among them. */
  const closedModels = (): string[] =>
    [...new Set([...routes.models(), ...atHand.models()])].filter(
      (model) => routes.closed(model) !== undefined,
    )

  return {
    start,
    pump: () => lanes.pump(),
    stopBatches(news) {
      stopping = new Map(news.map(({ batch, cause }) => [batch, cause]))
      for (const [batch, cause] of stopping) stopBatch(batch, cause)
    },
    stopAll(cause, drainMs) {
      closing = { cause, drainMs }
      for (const run of runs.values()) stopRun(run, cause, drainMs)
    },
    lose: (run) => stopRun(run, 'lost', 0),
    holds: (shard) => runs.has(shard),
    receipt(receipt) {
      const run = runs.get(receipt.shard)
      if (run) run.remaining = receipt.remaining
      lanes.pump()
    },
    unwanted() {
      const { skipModels, sated } = atHand.enough()
      return { skipModels: [...new Set([...skipModels, ...closedModels()])], sated }
    },
    appetite: atHand.appetite,
    runs: () => runs.size,
    inFlight: () => inFlight,
    load: () => new Map([...atHand.models()].map((model) => [model, loadOf(atHand.runsOf(model))])),
    park() {
      const closed = new Set(closedModels())
      for (const run of runs.values()) {
        if (closed.has(run.claimed.model)) stopRun(run, 'no_deployment')
        else if (run.stopCause === 'no_deployment' && !run.ending) goOn(run)
      }
    },
    idle() {
      if (runs.size === 0) return Promise.resolve()
      return new Promise((resolve) => {
        idleWaiters.push(resolve)
      })
    },
  }
}

const loadOf = (runs: Iterable<ShardRun>): ModelLoad => {
  let [unstarted, inFlight, delayed] = [0, 0, 0]
  for (const run of runs) {
    unstarted += run.unstarted()
    inFlight += run.inFlight
    delayed += run.delayed
  }
  return { unstarted, inFlight, delayed }
}
