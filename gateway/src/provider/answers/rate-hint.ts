import type { RateHint } from '../rates.ts'

/** Undefined where neither the limit nor what is left of it is said. */
export const rateHint = (
  limit: number | undefined,
  remaining: number | undefined,
  readResetMs: () => number | undefined,
): RateHint | undefined => {
  if (limit === undefined && remaining === undefined) return undefined
  const resetMs = readResetMs()
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(remaining === undefined ? {} : { remaining }),
    ...(resetMs === undefined ? {} : { resetMs }),
  }
}

export const readCount = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
