/** One bit a request of a shard, by its position in the shard: set once its answer is durable. */
export const emptyBits = (count: number): Uint8Array => new Uint8Array(Math.ceil(count / 8))

export const hasBit = (bits: Uint8Array, position: number): boolean =>
  (((bits[position >> 3] ?? 0) >> (position & 7)) & 1) === 1

export const setBit = (bits: Uint8Array, position: number): void => {
  bits[position >> 3] = (bits[position >> 3] ?? 0) | (1 << (position & 7))
}

export const countBits = (bits: Uint8Array): number => {
  let count = 0
  for (let byte of bits) {
    while (byte !== 0) {
      byte &= byte - 1
      count += 1
    }
  }
  return count
}
