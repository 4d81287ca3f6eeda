/** All chance of one run. The same seed throws the same numbers, whatever machine it runs on. */
export interface Dice {
  /** A number in [0, 1). */
  next(): number
  chance(probability: number): boolean
  /** A whole number, both ends included. */
  int(min: number, max: number): number
  between(min: number, max: number): number
  pick<Item>(items: readonly Item[]): Item
  /** Dice of their own for one purpose: what is thrown there changes nothing here. */
  fork(purpose: string): Dice
}

const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** sfc32 (Chris Doty-Humphrey, PractRand): small, fast, and without the visible patterns of an LCG. */
const sfc32 = (seed: number, stream: number): (() => number) => {
  let a = seed >>> 0
  let b = stream
  let c = 0x9e3779b9
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) >>> 0) + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) >>> 0
    c = ((c << 21) | (c >>> 11)) >>> 0
    c = (c + sum) >>> 0
    return sum / 2 ** 32
  }
  for (let i = 0; i < 12; i += 1) next()
  return next
}

export const createDice = (seed: number, purpose = ''): Dice => {
  const next = sfc32(seed, hashOf(purpose))
  const between = (min: number, max: number): number => min + next() * (max - min)
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    between,
    int,
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[int(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    fork: (name) => createDice(seed, `${purpose}/${name}`),
  }
}
