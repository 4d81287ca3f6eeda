import type { Clock } from '../clock/clock.ts'
import type {
  AppendGroup,
  AppendReceipt,
  ClaimedShard,
  EngineStore,
  SealReceipt,
  ShardRef,
} from '../storage/engine.ts'

/** Told of the store's hot verbs once they are answered. Times are wall-clock milliseconds. */
export interface StoreObserver {
  /** A worker begins: whatever an earlier one of this process ran is lost. */
  joined(): void
  claimed(shards: readonly ClaimedShard[]): void
  appended(group: AppendGroup, receipts: readonly AppendReceipt[], took: Took): void
  /** The group is sent again. */
  appendFailed(group: AppendGroup, took: Took): void
  sealed(ref: ShardRef, receipt: SealReceipt, took: Took): void
  released(ref: ShardRef): void
}

export interface Took {
  readonly startedAt: number
  readonly ms: number
}

/** The same store; the observer is told what goes through it. */
export const observedStore = (store: EngineStore, clock: Clock, observer: StoreObserver): EngineStore => {
  const stopwatch = (): (() => Took) => {
    const startedAt = clock.now()
    const begun = clock.monotonic()
    return () => ({ startedAt, ms: clock.monotonic() - begun })
  }
  return {
    ...store,
    async join(worker, options) {
      await store.join(worker, options)
      observer.joined()
    },
    async claim(order) {
      const shards = await store.claim(order)
      observer.claimed(shards)
      return shards
    },
    async append(group) {
      const took = stopwatch()
      try {
        const receipts = await store.append(group)
        observer.appended(group, receipts, took())
        return receipts
      } catch (error) {
        observer.appendFailed(group, took())
        throw error
      }
    },
    async seal(ref) {
      const took = stopwatch()
      const receipt = await store.seal(ref)
      observer.sealed(ref, receipt, took())
      return receipt
    },
    async release(ref) {
      const outcome = await store.release(ref)
      observer.released(ref)
      return outcome
    },
  }
}
