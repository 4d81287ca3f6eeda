/**
 * Gathers the bytes of one value that arrives in pieces. A value within one chunk is not copied; one that
 * spans chunks is copied into one buffer that grows and is used again, so that a body that trickles in by
 * single bytes costs no more than one that comes in blocks.
 */
export class Collector {
  byteLength = 0
  #bytesMax = 0
  #buffer = Buffer.alloc(0)

  /** Prepares for a value; of one above `bytesMax` only the length is kept. */
  begin(bytesMax: number): void {
    this.byteLength = 0
    this.#bytesMax = bytesMax
  }

  add(piece: Buffer): void {
    const start = this.byteLength
    this.byteLength += piece.length
    if (this.byteLength > this.#bytesMax) return
    this.#reserve(this.byteLength)
    piece.copy(this.#buffer, start)
  }

  /** All bytes of the value, good until the next `begin`; undefined where they exceed the limit. */
  finish(last: Buffer): Buffer | undefined {
    if (this.byteLength === 0 && last.length <= this.#bytesMax) {
      this.byteLength = last.length
      return last
    }
    this.add(last)
    return this.byteLength > this.#bytesMax ? undefined : this.#buffer.subarray(0, this.byteLength)
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(4_096, length, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, Math.min(this.#buffer.length, this.byteLength))
    this.#buffer = larger
  }
}
