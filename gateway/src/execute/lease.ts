import type { Clock } from '../clock/clock.ts'
import type { WorkerStore } from '../storage/engine.ts'

/**
 * A worker's lease by its own monotonic clock, counted from before it asked: whatever the store's clock
 * does, and however long the answer took, this one never believes longer than the store does.
 */
export interface Lease {
  /** May a call start now? */
  held(): boolean
  /** Asks the store once more; false where the store has given this incarnation up. */
  renew(): Promise<boolean>
}

export const createLease = (options: {
  store: Pick<WorkerStore, 'renew'>
  clock: Clock
  worker: string
  leaseMs: number
  /** `monotonic()` from before the worker joined. */
  joinedAt: number
}): Lease => {
  const { store, clock, worker, leaseMs } = options
  let until = options.joinedAt + leaseMs
  return {
    held: () => clock.monotonic() < until,
    async renew() {
      const asked = clock.monotonic()
      const { alive } = await store.renew(worker, leaseMs)
      until = alive ? Math.max(until, asked + leaseMs) : Number.NEGATIVE_INFINITY
      return alive
    },
  }
}
