import type { IncomingMessage } from 'node:http'
import { ApiError } from './errors.ts'

const HEADERS_MAX = 100
/** Of two, a proxy may have looked at the one and we at the other. */
const GIVEN_ONCE: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type'])

/** Refuses a head that is whole and well-formed, and that two readers could still take for two things. */
export const checkHead = (request: IncomingMessage): void => {
  const { rawHeaders } = request
  if (rawHeaders.length > 2 * HEADERS_MAX) {
    throw new ApiError('headers_too_large', `There are more than ${HEADERS_MAX} headers`)
  }
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!GIVEN_ONCE.has(name)) continue
    if (seen.has(name)) throw givenTwice(rawHeaders[at] ?? '')
    seen.add(name)
  }
  // The old protocol has none.
  if (!seen.has('host') && request.httpVersion === '1.1') {
    throw new ApiError('bad_request', 'The header Host is missing', { field: 'Host' })
  }
}

const givenTwice = (name: string): ApiError =>
  new ApiError('bad_request', `The header ${name} is given twice`, { field: name })
