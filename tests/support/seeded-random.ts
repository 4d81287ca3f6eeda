/** Mulberry32: small, and the same on every machine, so that a printed seed replays a run. */
export interface SeededRandom {
  readonly seed: number
  /** In [0, 1). */
  next(): number
  /** A whole number from min to max, both included. */
  between(min: number, max: number): number
}

export const seededRandom = (seed: number): SeededRandom => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  return { seed, next, between: (min, max) => min + Math.floor(next() * (max - min + 1)) }
}

/** Another seed each time, unless SHEEPFOLD_TEST_SEED names the one to replay. */
export const chosenSeed = (): number => {
  const given = process.env.SHEEPFOLD_TEST_SEED
  return given === undefined ? Math.floor(Math.random() * 0x1_0000_0000) : Number(given)
}
