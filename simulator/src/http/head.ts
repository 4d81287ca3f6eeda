/** The first lines of a request, understood. */
export interface Head {
  readonly method: string
  readonly path: string
  /** Names in lower case; a header that came several times is joined with commas. */
  readonly headers: Readonly<Record<string, string>>
  readonly contentLength: number
  readonly chunked: boolean
  readonly keepAlive: boolean
  readonly expectsContinue: boolean
}

export interface BadHead {
  readonly status: number
  readonly problem: string
}

export const headBytesMax = 65_536
const headersMax = 200

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~\x80-\xff]+) (HTTP\/\d\.\d)$/
/** No control characters but the tab: a bare CR or LF, or a NUL, is how one request is smuggled as two. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/
const onceOnly = new Set(['host', 'content-length', 'transfer-encoding', 'authorization', 'content-type'])

const bad = (problem: string, status = 400): BadHead => ({ status, problem })

const readHeaders = (lines: readonly string[]): Record<string, string> | BadHead => {
  if (lines.length - 1 > headersMax) return bad(`There are more than ${headersMax} headers.`, 431)
  // A header named like a property of every object must not be one.
  const headers: Record<string, string> = Object.create(null)
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    if (!token.test(name)) return bad(`Header line ${at} has no valid name before a colon.`)
    if (!headerValue.test(line)) return bad(`Header ${name} has a control character in its value.`)
    const value = line.slice(colon + 1).trim()
    const before = headers[name]
    if (before !== undefined && onceOnly.has(name)) return bad(`Header ${name} came more than once.`)
    headers[name] = before === undefined ? value : `${before}, ${value}`
  }
  return headers
}

const isBad = (value: Record<string, string> | BadHead): value is BadHead => typeof value.status === 'number'

const pathOf = (target: string): string | undefined => {
  if (target.startsWith('/')) return target
  const absolute = /^https?:\/\/[^/?#]+(\/.*)?$/i.exec(target)
  return absolute ? (absolute[1] ?? '/') : undefined
}

/** The text up to the empty line, without it. */
export const parseHead = (text: string): Head | BadHead => {
  const lines = text.split('\r\n')
  const [, method, target, version] = requestLine.exec(lines[0] ?? '') ?? []
  if (method === undefined || target === undefined || version === undefined)
    return bad('The first line is not "METHOD /path HTTP/1.1".')
  if (version !== 'HTTP/1.1') return bad(`${version} is not spoken here, only HTTP/1.1.`, 505)
  const path = pathOf(target)
  if (path === undefined) return bad('The target of the request is neither a path nor an http URL.')
  const headers = readHeaders(lines)
  if (isBad(headers)) return headers
  if (headers.host === undefined) return bad('Header host is missing.')

  const coding = headers['transfer-encoding']
  const length = headers['content-length']
  if (coding !== undefined && length !== undefined)
    return bad('Both content-length and transfer-encoding say how long the body is.')
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return bad('The transfer-encoding is not "chunked", the only one known here.', 501)
  if (length !== undefined && !/^\d{1,15}$/.test(length))
    return bad('The content-length is not a whole number.')
  return {
    method,
    path,
    headers,
    contentLength: length === undefined ? 0 : Number(length),
    chunked: coding !== undefined,
    keepAlive: !/\bclose\b/i.test(headers.connection ?? ''),
    expectsContinue: headers.expect?.toLowerCase() === '100-continue',
  }
}
