import type { ShardRef } from '../../../gateway/src/storage/engine.ts'

/** Where a worker stands with the request of a shard that it runs alone. */
type Phase = 'naming' | 'calling' | 'over' | 'clearing'

/**
 * Whom a worker's death may accuse: a request that it has named, is calling for, or is about to clear. One
 * whose call is over, and which nobody is about to clear, is innocent.
 */
export class Suspicions {
  readonly #phases = new Map<string, Phase>()

  told(ref: ShardRef, position: number | null): void {
    this.#phases.set(keyOf(ref.worker, ref.shard), position === null ? 'clearing' : 'naming')
  }

  calls(worker: string, shard: number): void {
    this.#phases.set(keyOf(worker, shard), 'calling')
  }

  isOver(worker: string, shard: number): void {
    this.#phases.set(keyOf(worker, shard), 'over')
  }

  isInnocent(worker: string, shard: number): boolean {
    return this.#phases.get(keyOf(worker, shard)) === 'over'
  }
}

const keyOf = (worker: string, shard: number): string => `${worker} ${shard}`
