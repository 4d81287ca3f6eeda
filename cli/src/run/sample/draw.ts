/** So many of `total` places, ascending: the first ones, or drawn by chance from a seed. */
export const drawPlaces = (total: number, count: number, seed: number | undefined): number[] => {
  const places = Array.from({ length: total }, (_, place) => place)
  if (seed === undefined || count >= total) return places.slice(0, count)
  const next = randomFrom(seed)
  for (let at = 0; at < count; at++) {
    const other = at + Math.floor(next() * (total - at))
    const place = places[at] ?? 0
    places[at] = places[other] ?? 0
    places[other] = place
  }
  return places.slice(0, count).sort((one, other) => one - other)
}

/** Mulberry32: the same seed draws the same sample on every machine. */
const randomFrom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
