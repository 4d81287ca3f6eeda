import { endOfRequest, type IndexEntry } from '../batch/index-codec.ts'

export interface CutLimits {
  readonly requestsMax: number
  readonly bytesMax: number
  /** From a shard's first byte to its last: it is read from one stretch of the blob. */
  readonly stretchBytesMax: number
  /** Drafts that are filled at the same time, one for each model and endpoint. */
  readonly openMax: number
}

/** Requests of one model and endpoint, in input order. */
export interface CutShard {
  readonly model: string
  readonly endpoint: string
  readonly entries: readonly IndexEntry[]
  readonly bytes: number
}

interface Draft {
  readonly model: string
  readonly endpoint: string
  readonly entries: IndexEntry[]
  readonly start: number
  bytes: number
}

/**
 * How many requests a shard of a batch of this size takes. Small batches are cut finer where several
 * workers can share them, so that all are kept busy to the end; below the minimum a shard's own cost shows.
 */
export const requestsPerShard = (
  total: number,
  limits: { shardsPerSmallBatch: number; shardRequestsMin: number; shardRequestsMax: number },
): number => {
  const even = Math.ceil(total / limits.shardsPerSmallBatch)
  return Math.min(limits.shardRequestsMax, Math.max(limits.shardRequestsMin, even))
}

/**
 * Cuts requests, given in input order, into shards. Each request is in exactly one shard, and within a
 * shard the order is the input's. A request above the byte limit is a shard of its own.
 */
export class Cutter {
  readonly #limits: CutLimits
  readonly #emit: (shard: CutShard) => void
  /** In the order in which they were opened. */
  readonly #open = new Map<string, Draft>()
  #last = { model: '', endpoint: '', key: '["",""]' }

  constructor(limits: CutLimits, emit: (shard: CutShard) => void) {
    this.#limits = limits
    this.#emit = emit
  }

  add(request: { model: string; endpoint: string; entry: IndexEntry }): void {
    const { entry } = request
    const key = this.#keyOf(request.model, request.endpoint)
    let draft = this.#open.get(key)
    if (draft && !this.#fits(draft, entry)) {
      this.#close(key, draft)
      draft = undefined
    }
    draft ??= this.#openDraft(key, request)
    draft.entries.push(entry)
    draft.bytes += entry.bodyLength
    if (draft.entries.length >= this.#limits.requestsMax) this.#close(key, draft)
  }

  /** Neighbours are mostly of one model: its key is made once. */
  #keyOf(model: string, endpoint: string): string {
    if (this.#last.model !== model || this.#last.endpoint !== endpoint) {
      this.#last = { model, endpoint, key: JSON.stringify([model, endpoint]) }
    }
    return this.#last.key
  }

  /** Emits what is still open. */
  end(): void {
    for (const [key, draft] of this.#open) this.#close(key, draft)
  }

  #openDraft(key: string, request: { model: string; endpoint: string; entry: IndexEntry }): Draft {
    if (this.#open.size >= this.#limits.openMax) this.#closeOldest()
    const { model, endpoint, entry } = request
    const draft = { model, endpoint, entries: [], start: firstByte(entry), bytes: 0 }
    this.#open.set(key, draft)
    return draft
  }

  #fits(draft: Draft, entry: IndexEntry): boolean {
    const { bytesMax, stretchBytesMax } = this.#limits
    if (draft.bytes + entry.bodyLength > bytesMax) return false
    return endOfRequest(entry) - draft.start <= stretchBytesMax
  }

  #closeOldest(): void {
    const [oldest] = this.#open
    if (oldest) this.#close(...oldest)
  }

  #close(key: string, draft: Draft): void {
    this.#open.delete(key)
    this.#emit({ model: draft.model, endpoint: draft.endpoint, entries: draft.entries, bytes: draft.bytes })
  }
}

const firstByte = (entry: IndexEntry): number => Math.min(entry.idStart, entry.bodyStart)
