import type { JsonObject } from '../json.ts'

/** Without the members that are undefined. */
export const present = (json: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined))

/** The same; undefined where no member is left. */
export const presentOrNothing = (json: JsonObject): JsonObject | undefined => {
  const left = present(json)
  return Object.keys(left).length === 0 ? undefined : left
}
