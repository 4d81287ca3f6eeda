const QUOTED_OR_PLACE = /'(?:[^']|'')*'|\?/g

/** `?` becomes `$1`, `$2`, … in the order of the parameters; one inside a quoted text stays. */
export const numberPlaceholders = (text: string): string => {
  let number = 0
  return text.replace(QUOTED_OR_PLACE, (found) => {
    if (found !== '?') return found
    number += 1
    return `$${number}`
  })
}
