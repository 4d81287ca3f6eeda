import type { BatchView, SealedShard } from '../../storage/tenant.ts'
import type { LinesSource } from './batch-lines.ts'

/**
 * The shards of a retry, found by those whose requests they try again. They come in the order of those, so each is
 * read once; where shards are asked for in another order, what is passed on the way waits.
 */
export class RetryShards {
  readonly #source: LinesSource
  readonly #batch: Pick<BatchView, 'id' | 'shards'>
  #next = 0
  readonly #passed = new Map<number, SealedShard>()

  constructor(source: LinesSource, batch: Pick<BatchView, 'id' | 'shards'>) {
    this.#source = source
    this.#batch = batch
  }

  /** Undefined where no request of the shard was tried again. */
  async find({ id }: SealedShard): Promise<SealedShard | undefined> {
    while (!this.#passed.has(id) && this.#next < this.#batch.shards) {
      const candidate = await sealedShard(this.#source, this.#batch.id, this.#next)
      const original = candidate.retry?.shard
      if (original === undefined) throw new Error(`shard ${candidate.id} retries nothing`)
      if (original > id) return undefined
      this.#next += 1
      this.#passed.set(original, candidate)
    }
    const found = this.#passed.get(id)
    this.#passed.delete(id)
    return found
  }
}

export const sealedShard = async (
  { store }: LinesSource,
  batch: string,
  number: number,
): Promise<SealedShard> => {
  const output = await store.output(batch, number)
  if (output?.kind !== 'segment') throw new Error(`shard ${number} of ${batch} was deleted while it was read`)
  return output
}
