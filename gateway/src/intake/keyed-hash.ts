/** A secret of the process: without it nobody can make up ids that all fall into one place of a table. */
export interface HashKey {
  readonly low: number
  readonly high: number
}

/**
 * HalfSipHash-2-4 with 64 bits of output (Aumasson, Bernstein): a keyed hash made of 32-bit additions,
 * rotations and exclusive ors, which is what JavaScript has at full speed. The result stands in the two
 * fields, so that the hot path allocates nothing.
 */
export class KeyedHash {
  low = 0
  high = 0
  readonly #key: HashKey
  readonly #state = new Int32Array(4)

  constructor(key: HashKey) {
    this.#key = key
  }

  update(bytes: Buffer, start = 0, end = bytes.length): void {
    const length = end - start
    const state = this.#state
    state[0] = this.#key.low
    state[1] = this.#key.high ^ 0xee
    state[2] = 0x6c796765 ^ this.#key.low
    state[3] = 0x74656462 ^ this.#key.high
    const whole = end - (length % 4)
    for (let at = start; at < whole; at += 4) this.#take(wordAt(bytes, at))
    let last = length << 24
    for (let at = whole; at < end; at += 1) last |= (bytes[at] ?? 0) << (8 * (at - whole))
    this.#take(last)
    this.low = this.#finish(2, 0xee)
    this.high = this.#finish(1, 0xdd)
  }

  #take(word: number): void {
    const state = this.#state
    state[3] = (state[3] ?? 0) ^ word
    rounds(state, 2)
    state[0] = (state[0] ?? 0) ^ word
  }

  #finish(lane: number, mark: number): number {
    const state = this.#state
    state[lane] = (state[lane] ?? 0) ^ mark
    rounds(state, 4)
    return ((state[1] ?? 0) ^ (state[3] ?? 0)) >>> 0
  }
}

/** Little-endian; `readInt32LE` checks what is known here. */
const wordAt = (bytes: Buffer, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)

const rounds = (state: Int32Array, count: number): void => {
  let v0 = state[0] ?? 0
  let v1 = state[1] ?? 0
  let v2 = state[2] ?? 0
  let v3 = state[3] ?? 0
  for (let i = 0; i < count; i += 1) {
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
  }
  state[0] = v0
  state[1] = v1
  state[2] = v2
  state[3] = v3
}
