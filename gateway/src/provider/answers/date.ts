/** An HTTP date, or one of RFC 3339; undefined where it is neither. */
export const readDate = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  // biome-ignore lint/style/noRestrictedGlobals: reads a text, not the clock.
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
