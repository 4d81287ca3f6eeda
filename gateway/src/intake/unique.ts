/** A 64-bit hash whose result stands in the two fields; see `keyed-hash.ts`. */
interface Hash {
  readonly low: number
  readonly high: number
  update(bytes: Buffer): void
}

const FIRST_SLOTS = 2_048
const ARENA_BYTES = 65_536

/**
 * The custom_ids of one batch: an open-addressing table of 64-bit keyed hashes in typed arrays, with the
 * ids' bytes behind it, on which every hit is confirmed. A million ids of 16 bytes take about 60 MB, where
 * a Set of strings takes 168 MB.
 */
export class UniqueIds {
  readonly #hash: Hash
  #size = 0
  #mask = FIRST_SLOTS - 1
  /** Entry number + 1; 0 is a free slot. */
  #entries = new Uint32Array(FIRST_SLOTS)
  #lows = new Uint32Array(FIRST_SLOTS)
  #highs = new Uint32Array(FIRST_SLOTS)
  /** By entry number. An entry's bytes end where the next one's begin. */
  #starts = new Float64Array(FIRST_SLOTS)
  #owners = new Uint32Array(FIRST_SLOTS)
  #arena = Buffer.allocUnsafeSlow(ARENA_BYTES)
  #arenaEnd = 0

  constructor(hash: Hash) {
    this.#hash = hash
  }

  get size(): number {
    return this.#size
  }

  /** Remembers an id for the request with this index; -1, or the index that has the very id already. */
  add(id: Buffer, index: number): number {
    this.#hash.update(id)
    const { low, high } = this.#hash
    let slot = low & this.#mask
    for (;;) {
      const entry = this.#entries[slot] ?? 0
      if (entry === 0) break
      if (this.#lows[slot] === low && this.#highs[slot] === high && this.#holds(entry - 1, id)) {
        return this.#owners[entry - 1] ?? 0
      }
      slot = (slot + 1) & this.#mask
    }
    this.#occupy(slot, low, high, this.#size + 1)
    this.#store(id, index)
    if (this.#size * 2 > this.#mask) this.#grow()
    return -1
  }

  #holds(entry: number, id: Buffer): boolean {
    const start = this.#starts[entry] ?? 0
    const end = entry + 1 < this.#size ? (this.#starts[entry + 1] ?? 0) : this.#arenaEnd
    return end - start === id.length && this.#arena.compare(id, 0, id.length, start, end) === 0
  }

  #occupy(slot: number, low: number, high: number, entry: number): void {
    this.#entries[slot] = entry
    this.#lows[slot] = low
    this.#highs[slot] = high
  }

  #store(id: Buffer, index: number): void {
    if (this.#arenaEnd + id.length > this.#arena.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#arena.length, this.#arenaEnd + id.length))
      this.#arena.copy(larger, 0, 0, this.#arenaEnd)
      this.#arena = larger
    }
    id.copy(this.#arena, this.#arenaEnd)
    this.#starts[this.#size] = this.#arenaEnd
    this.#owners[this.#size] = index
    this.#arenaEnd += id.length
    this.#size += 1
  }

  #grow(): void {
    const [entries, lows, highs] = [this.#entries, this.#lows, this.#highs]
    const slots = 2 * entries.length
    this.#mask = slots - 1
    this.#entries = new Uint32Array(slots)
    this.#lows = new Uint32Array(slots)
    this.#highs = new Uint32Array(slots)
    for (let old = 0; old < entries.length; old += 1) {
      const entry = entries[old] ?? 0
      if (entry === 0) continue
      const low = lows[old] ?? 0
      let slot = low & this.#mask
      while (this.#entries[slot] !== 0) slot = (slot + 1) & this.#mask
      this.#occupy(slot, low, highs[old] ?? 0, entry)
    }
    // At most half of the slots are ever taken, so entries fit into half as many places.
    const starts = new Float64Array(slots / 2 + 1)
    starts.set(this.#starts.subarray(0, this.#size))
    this.#starts = starts
    const owners = new Uint32Array(slots / 2 + 1)
    owners.set(this.#owners.subarray(0, this.#size))
    this.#owners = owners
  }
}
