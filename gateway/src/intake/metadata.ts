import { clipped, isObject, type Problem, shown } from './faults.ts'
import type { IntakeLimits } from './limits.ts'

/** What is wrong with the metadata of a batch; undefined where nothing is. */
export const metadataProblem = (metadata: unknown, limits: IntakeLimits): Problem | undefined => {
  const { metadataPairsMax, metadataKeyCharactersMax, metadataValueCharactersMax } = limits
  const allowed =
    `an object of at most ${metadataPairsMax} strings, keys up to ${metadataKeyCharactersMax} characters, ` +
    `values up to ${metadataValueCharactersMax}`
  if (!isObject(metadata)) {
    const message = `"metadata" must be ${allowed}, got ${shown(metadata)}`
    return { code: 'invalid_type', message, field: 'metadata' }
  }
  const pairs = Object.entries(metadata)
  if (pairs.length > metadataPairsMax) {
    const message = `"metadata" must be ${allowed}, got ${pairs.length} pairs`
    return { code: 'invalid_value', message, field: 'metadata' }
  }
  for (const [key, value] of pairs) {
    const fits =
      key.length <= metadataKeyCharactersMax &&
      typeof value === 'string' &&
      value.length <= metadataValueCharactersMax
    if (fits) continue
    const field = `metadata.${clipped(key)}`
    return { code: 'invalid_value', message: `"${field}": "metadata" must be ${allowed}`, field }
  }
  return undefined
}
