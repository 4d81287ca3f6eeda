/**
 * How long answers took, as a histogram that is small enough for a row and can be added up over shards:
 * 32 buckets for each power of two, so a value is known within 3 %.
 *
 * Stored: the sum in milliseconds (8 bytes), then for each bucket in use its number and its count (2 × 4
 * bytes), little-endian. A shard of steady answers takes some 300 bytes.
 */
const SUB_BUCKETS = 32
const SUB_BITS = 5
const PAIR_BYTES = 8
const HEADER_BYTES = 8

export class Latency {
  readonly #counts = new Map<number, number>()
  #sum = 0
  #count = 0

  add(milliseconds: number): void {
    this.#addBucket(bucketOf(milliseconds), 1)
    this.#sum += milliseconds
  }

  /** Adds what `encode` wrote. */
  merge(encoded: Uint8Array): void {
    const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.byteLength)
    this.#sum += view.getFloat64(0, true)
    for (let offset = HEADER_BYTES; offset < encoded.length; offset += PAIR_BYTES) {
      this.#addBucket(view.getUint32(offset, true), view.getUint32(offset + 4, true))
    }
  }

  encode(): Uint8Array {
    const encoded = new Uint8Array(HEADER_BYTES + this.#counts.size * PAIR_BYTES)
    const view = new DataView(encoded.buffer)
    view.setFloat64(0, this.#sum, true)
    let offset = HEADER_BYTES
    for (const [bucket, count] of this.#sorted()) {
      view.setUint32(offset, bucket, true)
      view.setUint32(offset + 4, count, true)
      offset += PAIR_BYTES
    }
    return encoded
  }

  /** Null where nothing was measured. */
  summary(): { meanMs: number; p99Ms: number } | null {
    if (this.#count === 0) return null
    return { meanMs: this.#sum / this.#count, p99Ms: this.#percentile(0.99) }
  }

  #percentile(share: number): number {
    const rank = Math.ceil(this.#count * share)
    let seen = 0
    for (const [bucket, count] of this.#sorted()) {
      seen += count
      if (seen >= rank) return middleOf(bucket)
    }
    return 0
  }

  #addBucket(bucket: number, count: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count)
    this.#count += count
  }

  #sorted(): Array<[bucket: number, count: number]> {
    return [...this.#counts].sort(([left], [right]) => left - right)
  }
}

/** Below 32 ms each millisecond has its bucket; above, each power of two has 32. */
const bucketOf = (milliseconds: number): number => {
  const value = Math.max(0, Math.round(milliseconds))
  if (value < SUB_BUCKETS) return value
  const octave = 31 - Math.clz32(value) - SUB_BITS
  return octave * SUB_BUCKETS + Math.floor(value / 2 ** octave)
}

const middleOf = (bucket: number): number => {
  if (bucket < 2 * SUB_BUCKETS) return bucket
  const octave = Math.floor(bucket / SUB_BUCKETS) - 1
  const low = (SUB_BUCKETS + (bucket % SUB_BUCKETS)) * 2 ** octave
  return low + (2 ** octave - 1) / 2
}
