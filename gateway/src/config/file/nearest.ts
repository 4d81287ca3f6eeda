/** ` Did you mean "batch-4.1"?`, where one of the names is near enough to be meant; or nothing. */
export const didYouMean = (given: string, names: readonly string[]): string => {
  const nearest = nearestOf(given, names)
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`
}

/** A third of a name may be misspelt: more, and something else was meant. */
const MISSPELT_SHARE = 1 / 3

const nearestOf = (given: string, names: readonly string[]): string | undefined => {
  let nearest: { readonly name: string; readonly edits: number } | undefined
  for (const name of names) {
    const edits = editsBetween(given.toLowerCase(), name.toLowerCase())
    if (
      edits <= Math.ceil(name.length * MISSPELT_SHARE) &&
      edits < (nearest?.edits ?? Number.POSITIVE_INFINITY)
    ) {
      nearest = { name, edits }
    }
  }
  return nearest?.name
}

/** Levenshtein's distance, with two neighbours that changed places as one edit. */
const editsBetween = (from: string, to: string): number => {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, place) => place)
  for (let row = 1; row <= from.length; row += 1) {
    const now = [row]
    for (let place = 1; place <= to.length; place += 1) {
      const same = from[row - 1] === to[place - 1]
      const edits = Math.min(
        (last[place] ?? 0) + 1,
        (now[place - 1] ?? 0) + 1,
        (last[place - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = from[row - 1] === to[place - 2] && from[row - 2] === to[place - 1]
      now.push(swapped ? Math.min(edits, (beforeLast[place - 2] ?? 0) + 1) : edits)
    }
    beforeLast = last
    last = now
  }
  return last[to.length] ?? 0
}
