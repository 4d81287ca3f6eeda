import type { Lossy } from '../translate/loss.ts'
import { type Problem, shown } from './faults.ts'

/** What a caller says of fields that a provider has no word for; undefined where it says nothing, or nonsense. */
export const lossyOf = (value: unknown): Lossy | undefined =>
  value === 'refuse' || value === 'warn' ? value : undefined

export const lossyProblem = (value: unknown): Problem | undefined => {
  if (lossyOf(value) !== undefined) return undefined
  const message = `"lossy" must be "refuse" or "warn", got ${shown(value)}`
  return { code: 'invalid_value', message, field: 'lossy' }
}
