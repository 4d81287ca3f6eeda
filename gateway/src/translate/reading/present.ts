import type { JsonObject } from '../json.ts'

/** Without the members that are undefined. */
export const present = (json: JsonObject): JsonObject => {
  const left: Record<string, unknown> = {}
  // Member by member: lists of entries cost more than all the rest of a short request.
  for (const name of Object.keys(json)) if (json[name] !== undefined) left[name] = json[name]
  return left
}

/** The same; undefined where no member is left. */
export const presentOrNothing = (json: JsonObject): JsonObject | undefined => {
  const left = present(json)
  return Object.keys(left).length === 0 ? undefined : left
}
