import type { IncomingHttpHeaders } from 'node:http'
import { lossyOf } from '../intake/lossy.ts'
import type { Lossy } from '../translate/loss.ts'
import { ApiError } from './errors.ts'

const HEADER = 'Sheepfold-Lossy'

/** What a caller says of fields that a provider has no word for; undefined where it says nothing. */
export const lossyOfHeaders = (headers: IncomingHttpHeaders): Lossy | undefined => {
  const value = headers['sheepfold-lossy']
  if (value === undefined) return undefined
  const lossy = lossyOf(value)
  if (lossy) return lossy
  throw new ApiError('invalid_header', `"${HEADER}" must be "refuse" or "warn"`, { field: HEADER })
}
