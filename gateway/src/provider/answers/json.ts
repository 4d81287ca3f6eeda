export type JsonObject = Readonly<Record<string, unknown>>

/** Narrows a value from the wire. */
export const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const textOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Undefined where the text is no JSON object. */
export const parseObject = (text: string): JsonObject | undefined => {
  try {
    const json: unknown = JSON.parse(text)
    return isRecord(json) ? json : undefined
  } catch {
    return undefined
  }
}
