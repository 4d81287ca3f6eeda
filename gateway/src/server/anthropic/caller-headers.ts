import type { IncomingHttpHeaders } from 'node:http'
import type { SharedHeaders } from '../../intake/anthropic/template.ts'
import { ApiError } from '../errors.ts'

const PASSED_ON = ['anthropic-version', 'anthropic-beta']
const VISIBLE = /^[\x20-\x7e]{1,1000}$/

/** What a provider of the same dialect is told too: which version of it the caller speaks, and what it tries. */
export const readCallerHeaders = (headers: IncomingHttpHeaders): SharedHeaders => {
  const told: Record<string, string> = {}
  for (const name of PASSED_ON) {
    const value = headers[name]
    if (value === undefined) continue
    if (typeof value !== 'string' || !VISIBLE.test(value)) {
      throw new ApiError('invalid_header', `"${name}" must be 1 to 1000 visible ASCII characters`, {
        field: name,
      })
    }
    told[name] = value
  }
  return told
}
