/** Times are ISO 8601 in UTC. */
export const iso = (ms: number): string =>
  // biome-ignore lint/style/noRestrictedGlobals: writes a stamp of the store's clock, reads none
  new Date(ms).toISOString()

export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms))

/** Reads what `z.iso` has let through. */
export const msOf = (text: string): number =>
  // biome-ignore lint/style/noRestrictedGlobals: reads a given time, no clock
  Date.parse(text)
