import type { IncomingMessage } from 'node:http'
import { ApiError } from './errors.ts'

const HEADERS_MAX = 100
/** Of two, a proxy may have looked at the one and we at the other. */
const GIVEN_ONCE = ['host', 'authorization', 'content-type']

/** Refuses a head that is whole and well-formed, and that two readers could still take for two things. */
export const checkHead = ({ rawHeaders, headers, httpVersion }: IncomingMessage): void => {
  if (rawHeaders.length > 2 * HEADERS_MAX) {
    throw new ApiError('headers_too_large', `There are more than ${HEADERS_MAX} headers`)
  }
  for (const name of GIVEN_ONCE) refuseTwice(rawHeaders, name)
  // The old protocol has none.
  if (headers.host === undefined && httpVersion === '1.1') {
    throw new ApiError('bad_request', 'The header Host is missing', { field: 'Host' })
  }
}

/** `rawHeaders` are names and values in turn, as they came. */
const refuseTwice = (rawHeaders: readonly string[], name: string): void => {
  let given = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const each = rawHeaders[at] ?? ''
    if (each.length !== name.length || each.toLowerCase() !== name) continue
    given += 1
    if (given > 1) throw new ApiError('bad_request', `The header ${each} is given twice`, { field: name })
  }
}
