import type { Digest } from './digest.ts'

/**
 * How often each body came. A table of our own with open addressing in typed arrays, 12 bytes a slot: a Map of
 * texts would take 150 bytes for each of the millions of requests that a long run sends.
 */
export class CallCounts {
  #highs = new Uint32Array(1_024)
  #lows = new Uint32Array(1_024)
  #counts = new Uint32Array(1_024)
  #distinct = 0

  get distinct(): number {
    return this.#distinct
  }

  /** Counts one more; returns how many there were before it. */
  add({ high, low }: Digest): number {
    const slot = this.#slotOf(high, low)
    const before = this.#counts[slot] ?? 0
    this.#highs[slot] = high
    this.#lows[slot] = low
    this.#counts[slot] = before + 1
    if (before === 0 && ++this.#distinct * 2 > this.#counts.length) this.#grow()
    return before
  }

  #slotOf(high: number, low: number): number {
    const mask = this.#counts.length - 1
    let slot = (low ^ high) & mask
    while (this.#counts[slot] !== 0 && (this.#lows[slot] !== low || this.#highs[slot] !== high)) {
      slot = (slot + 1) & mask
    }
    return slot
  }

  #grow(): void {
    const [highs, lows, counts] = [this.#highs, this.#lows, this.#counts]
    this.#highs = new Uint32Array(counts.length * 2)
    this.#lows = new Uint32Array(counts.length * 2)
    this.#counts = new Uint32Array(counts.length * 2)
    for (let at = 0; at < counts.length; at++) {
      const count = counts[at] ?? 0
      if (count === 0) continue
      const high = highs[at] ?? 0
      const low = lows[at] ?? 0
      const slot = this.#slotOf(high, low)
      this.#highs[slot] = high
      this.#lows[slot] = low
      this.#counts[slot] = count
    }
  }
}
