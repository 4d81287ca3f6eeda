import { type Clock, type Ids, sleep } from '../clock/clock.ts'
import type { ShardRef, ShardStore, TimeStore, WorkerStore } from '../storage/engine.ts'
import { createLease, type Lease } from './lease.ts'
import type { RealtimeEngine } from './realtime/engine.ts'

/** One incarnation of a worker and the engine that runs its shards. */
export interface Incarnation {
  readonly worker: string
  readonly engine: RealtimeEngine
}

/** What the loop itself asks of the store; engine and sink ask for the rest. */
export type WorkerLoopStore = WorkerStore & Pick<ShardStore, 'claim' | 'release'> & Pick<TimeStore, 'tick'>

export interface WorkerOptions {
  readonly store: WorkerLoopStore
  readonly clock: Clock
  readonly ids: Ids
  /** Builds what an incarnation needs; the lease says whether it may start calls. */
  readonly incarnate: (worker: string, lease: Lease, wake: () => void) => Incarnation
  /** No other worker shares the store: every earlier incarnation is dead. */
  readonly alone: boolean
  readonly leaseMs: number
  readonly tickMs: number
  readonly onError: (where: string, error: unknown) => void
  /** Called once a tick: gates are saved, disk and loop are looked at. */
  readonly onTick: () => Promise<void>
}

export interface Worker {
  /** Something may be claimable: look now rather than at the next tick. */
  wake(): void
  /** Whether it may start calls: an incarnation that lost its lease is followed by a fresh one. */
  holdsLease(): boolean
  /** Stops starting, lets calls in flight finish for up to `drainMs`, hands the rest back. */
  stop(drainMs: number): Promise<void>
}

/** For recording and handing back after the drain; a store that is away must not keep the process alive. */
const HAND_BACK_MS = 10_000

/** The most shards of one claim: their indexes and first windows must fit in memory together. */
const CLAIM_MAX = 8

/** Fewer would not be worth a commit: a small batch has a few shards, and its account waits for all of them. */
const CLAIM_MIN = 4

/**
 * The worker's loop: claim while there is appetite, renew the lease, look which batches must stop. An
 * incarnation that the store has given up drops its shards, and a fresh one takes its place.
 */
export const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const { store, clock, onError } = options
  let stopping = false
  let left = false
  let current = await join(options.alone)
  let claiming: Promise<void> | undefined
  let claimAgain = false

  async function join(alone: boolean): Promise<Incarnation & { lease: Lease }> {
    const worker = options.ids.next('worker_')
    const joinedAt = clock.monotonic()
    await store.join(worker, { leaseMs: options.leaseMs, alone })
    const lease = createLease({ store, clock, worker, leaseMs: options.leaseMs, joinedAt })
    return { ...options.incarnate(worker, lease, wake), lease }
  }

  function wake(): void {
    if (claiming) {
      claimAgain = true
      return
    }
    claiming = claimWhileHungry().finally(() => {
      claiming = undefined
      if (!claimAgain) return
      claimAgain = false
      wake()
    })
  }

  const claimWhileHungry = async (): Promise<void> => {
    for (;;) {
      const { engine, worker, lease } = current
      if (stopping || !lease.held()) return
      const max = Math.max(CLAIM_MIN, Math.min(CLAIM_MAX, Math.ceil(engine.appetite() / 1000)))
      const askedAt = clock.monotonic()
      try {
        const order = { worker, max, ...engine.unwanted() }
        const shards = await store.claim(order)
        if (current.worker !== worker) return
        for (const shard of shards) engine.start(shard, askedAt)
        if (shards.length < max) return
        // Accounts that come anew are wanted without an appetite, but of a batch that stops no hurry is left.
        if (engine.appetite() === 0 && shards.every(({ cause }) => cause !== null)) return
      } catch (error) {
        // It may have happened: what came of it is found by the next tick.
        onError('claim', error)
        return
      }
    }
  }

  /** A claim whose reply was lost has left shards with this worker that nobody runs. */
  const handBackUnknown = async (engine: RealtimeEngine, held: readonly ShardRef[]): Promise<void> => {
    for (const ref of held) {
      // While a claim is under way, they may be those that it is about to bring.
      if (claiming === undefined && !engine.holds(ref.shard)) await store.release(ref)
    }
  }

  const tick = async (): Promise<void> => {
    const { engine, lease, worker } = current
    if (!(await lease.renew())) {
      engine.stopAll('lost', 0)
      if (!stopping) current = await join(false)
      return
    }
    if (!stopping) await store.fence()
    const news = await store.tick(worker)
    engine.stopBatches(news.stopping)
    await handBackUnknown(engine, news.held)
    engine.park()
    await options.onTick()
    engine.pump()
    if (!stopping) wake()
  }

  // Until it has left: a worker that drains still needs its lease.
  const loop = async (): Promise<void> => {
    while (!left) {
      await sleep(clock, options.tickMs)
      if (left) return
      await tick().catch((error: unknown) => onError('tick', error))
    }
  }

  void loop()
  wake()
  return {
    wake,
    holdsLease: () => current.lease.held(),
    async stop(drainMs) {
      stopping = true
      const { engine, worker } = current
      engine.stopAll('shutdown', drainMs)
      const idle = async (): Promise<void> => {
        await claiming
        await engine.idle()
      }
      await Promise.race([idle(), sleep(clock, drainMs + HAND_BACK_MS)])
      left = true
      await store.leave(worker)
    },
  }
}
