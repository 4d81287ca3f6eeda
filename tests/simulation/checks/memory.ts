import type { ClaimedShard } from '../../../gateway/src/storage/engine.ts'

/** A shard that this process holds, as far as it has been told. */
export interface HeldShard {
  readonly worker: string
  readonly claimed: ClaimedShard
  /** The process's monotonic clock when it asked. */
  readonly askedAt: number
  /** It has asked to seal or to release it: nothing of it may start any more. */
  givenBack: boolean
}

/** What one process has been told by the store, noted at its seam: what it must go by. */
export class Memory {
  /** Worker to the end of its lease, by the process's own monotonic clock. */
  readonly leases = new Map<string, number>()
  readonly held = new Map<number, HeldShard>()
  /** Batch to the number of the event in which the process learnt that it stops. */
  readonly stops = new Map<string, number>()
  /** The event in which it was told to stop as a whole. */
  stoppedIn = Number.POSITIVE_INFINITY
  /** By worker: answers that it was given and that no append has acknowledged. */
  readonly unacknowledged = new Map<string, number>()
  readonly inFlight = new Map<string, number>()

  knowsStop(batch: string, event: number): boolean {
    return (this.stops.get(batch) ?? Number.POSITIVE_INFINITY) < event
  }

  add(counts: 'unacknowledged' | 'inFlight', worker: string, by: number): void {
    this[counts].set(worker, (this[counts].get(worker) ?? 0) + by)
  }
}
