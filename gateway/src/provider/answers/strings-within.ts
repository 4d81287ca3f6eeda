import { isRecord } from './json.ts'

export interface Within {
  readonly texts: string[]
  /** How many numbers stand in lists. */
  readonly numbers: number
}

/**
 * The strings within, wherever they stand, but for those in fields to skip. In a schema, where none are skipped,
 * the names of fields are text too. A stack of its own, because a client chooses how deep a body is nested.
 */
export const stringsWithin = (roots: readonly unknown[], skipped: ReadonlySet<string> | 'schema'): Within => {
  const texts: string[] = []
  let numbers = 0
  const stack = roots.toReversed()
  while (stack.length > 0) {
    const value = stack.pop()
    if (typeof value === 'string') texts.push(value)
    else if (typeof value === 'number') numbers += 1
    else if (Array.isArray(value)) for (const each of value.toReversed()) stack.push(each)
    else if (isRecord(value)) {
      for (const [field, each] of Object.entries(value).toReversed()) {
        if (skipped === 'schema') stack.push(each, field)
        else if (!skipped.has(field) && typeof each !== 'number') stack.push(each)
      }
    }
  }
  return { texts, numbers }
}
