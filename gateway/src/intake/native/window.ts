import type { Problem } from '../faults.ts'
import { shown } from '../faults.ts'
import type { IntakeLimits } from '../limits.ts'

export type WindowReading =
  | { readonly kind: 'window'; readonly seconds: number }
  | { readonly kind: 'problem'; readonly problem: Problem }

const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }
const COMPLETION_WINDOW = /^([1-9][0-9]{0,5})([smh])$/

/** How long the batch may take: `window_seconds`, or `completion_window` such as "24h", or the longest. */
export const readWindow = (fields: ReadonlyMap<string, unknown>, limits: IntakeLimits): WindowReading => {
  const seconds = fields.get('window_seconds') ?? undefined
  const text = fields.get('completion_window') ?? undefined
  if (seconds !== undefined && text !== undefined) {
    const message = 'give "window_seconds" or "completion_window", not both'
    return { kind: 'problem', problem: { code: 'conflicting_fields', message, field: 'window_seconds' } }
  }
  if (text !== undefined) return inRange('completion_window', text, parsed(text), limits)
  if (seconds !== undefined) return inRange('window_seconds', seconds, seconds, limits)
  return { kind: 'window', seconds: limits.windowSecondsMax }
}

const parsed = (text: unknown): number | undefined => {
  const [, amount, unit] = (typeof text === 'string' && COMPLETION_WINDOW.exec(text)) || []
  return unit === undefined ? undefined : Number(amount) * (SECONDS_PER_UNIT[unit] ?? 0)
}

const inRange = (field: string, given: unknown, seconds: unknown, limits: IntakeLimits): WindowReading => {
  const { windowSecondsMin: min, windowSecondsMax: max } = limits
  const fits =
    typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds >= min && seconds <= max
  if (fits) return { kind: 'window', seconds }
  const form = field === 'completion_window' ? 'a time such as "30m" or "24h"' : 'a whole number of seconds'
  const message = `"${field}" must be ${form}, from ${min} s to ${max} s, got ${shown(given)}`
  return { kind: 'problem', problem: { code: 'invalid_value', message, field } }
}
