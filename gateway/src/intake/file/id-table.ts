import type { KeyedHash } from '../keyed-hash.ts'

const FIRST_SLOTS = 2_048
/** So many ids with one 32-bit hash are one id: by chance it would not happen in the age of the universe. */
const SAME_HASH_MAX = 8

/**
 * The custom_ids of a file, as 32 bits of a keyed hash and the place of each in the file: 16 MB for a
 * million, where the ids themselves would be 60 MB. Two ids may have one hash, so a hit is only a suspicion
 * (some hundred in a million ids), to be confirmed on the file's own bytes.
 */
export class IdTable {
  readonly #hash: KeyedHash
  #size = 0
  #mask = FIRST_SLOTS - 1
  #hashes = new Uint32Array(FIRST_SLOTS)
  /** Place + 1; 0 is a free slot. Files are smaller than 4 GB. */
  #places = new Uint32Array(FIRST_SLOTS)

  constructor(hash: KeyedHash) {
    this.#hash = hash
  }

  /** Remembers the id from `start` to `end`; returns the places of earlier ones with its hash. */
  add(bytes: Buffer, start: number, end: number, place: number): readonly number[] {
    this.#hash.update(bytes, start, end)
    const hash = this.#hash.low
    let found: number[] | undefined
    let slot = hash & this.#mask
    while (this.#places[slot] !== 0) {
      if (this.#hashes[slot] === hash) {
        found ??= []
        found.push((this.#places[slot] ?? 1) - 1)
        if (found.length === SAME_HASH_MAX) return found
      }
      slot = (slot + 1) & this.#mask
    }
    this.#hashes[slot] = hash
    this.#places[slot] = place + 1
    this.#size += 1
    if (this.#size * 2 > this.#mask) this.#grow()
    return found ?? NONE
  }

  #grow(): void {
    const [hashes, places] = [this.#hashes, this.#places]
    this.#mask = 2 * hashes.length - 1
    this.#hashes = new Uint32Array(2 * hashes.length)
    this.#places = new Uint32Array(2 * hashes.length)
    for (let old = 0; old < places.length; old += 1) {
      const place = places[old] ?? 0
      if (place === 0) continue
      const hash = hashes[old] ?? 0
      let slot = hash & this.#mask
      while (this.#places[slot] !== 0) slot = (slot + 1) & this.#mask
      this.#hashes[slot] = hash
      this.#places[slot] = place
    }
  }
}

const NONE: readonly number[] = []
