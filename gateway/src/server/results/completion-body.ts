import { emptyBits, hasBit, setBit } from '../../batch/done-bits.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { BatchStore, BatchView } from '../../storage/tenant.ts'
import { type CompletionCursor, encodeCursor, PARTS_MAX } from './completion-cursor.ts'
import { jsonList } from './json-list.ts'
import { placedLines } from './shard-lines.ts'

/** An answer holds about so much; the rest comes with the next cursor. */
const PAGE_BYTES = 16 * 1_048_576

export interface CompletionOrder {
  readonly store: Pick<BatchStore, 'output' | 'finished'>
  readonly blobs: Pick<Blobs, 'read'>
  readonly batch: BatchView
  readonly cursor: CompletionCursor
  /** JSON members with a comma behind them. */
  readonly head: string
}

/** What is finished and was not delivered before the cursor, wherever it is; and the cursor to go on with. */
export async function* completionBody(order: CompletionOrder): AsyncGenerator<Buffer> {
  const page = new CompletionPage(order)
  yield Buffer.from(`{${order.head}"results":[`)
  yield* jsonList(page.lines())
  yield Buffer.from(`],"next_cursor":"${encodeCursor(order.batch, page)}","has_more":${page.isFull}}`)
}

class CompletionPage implements CompletionCursor {
  readonly shards: Uint8Array
  readonly parts: Map<number, Uint8Array>
  isFull = false
  #bytes = 0
  readonly #order: CompletionOrder

  constructor(order: CompletionOrder) {
    this.#order = order
    this.shards = Uint8Array.from(order.cursor.shards)
    this.parts = new Map(order.cursor.parts)
  }

  async *lines(): AsyncGenerator<Buffer> {
    const { batch } = this.#order
    for (let number = 0; number < batch.shards; number += 1) {
      if (hasBit(this.shards, number)) continue
      if (this.#bytes >= PAGE_BYTES) {
        this.isFull = true
        return
      }
      yield* this.#ofShard(number)
    }
  }

  async *#ofShard(number: number): AsyncGenerator<Buffer> {
    const { store, batch } = this.#order
    const known = this.parts.get(number)
    const running = await store.finished(batch.id, number, known ?? NO_BITS)
    if (!running) {
      yield* this.#ofSealed(number, known ?? NO_BITS)
      return
    }
    if (running.positions.length === 0 || (!known && this.parts.size >= PARTS_MAX)) return
    const bits = emptyBits(running.count)
    bits.set((known ?? NO_BITS).subarray(0, bits.length))
    for (const position of running.positions) setBit(bits, position)
    this.parts.set(number, bits)
    this.#bytes += running.lines.length
    yield Buffer.from(running.lines)
  }

  async *#ofSealed(number: number, delivered: Uint8Array): AsyncGenerator<Buffer> {
    const { store, blobs, batch } = this.#order
    const output = await store.output(batch.id, number)
    if (output?.kind !== 'segment') throw new Error(`${batch.id} was deleted while its results were read`)
    for await (const { position, line } of placedLines(blobs, output)) {
      if (hasBit(delivered, position)) continue
      this.#bytes += line.length
      yield Buffer.from(line)
    }
    this.parts.delete(number)
    setBit(this.shards, number)
  }
}

const NO_BITS = new Uint8Array(0)
