/** The status line and headers of a response, and how its body is framed (RFC 9112 §6.3). */
export interface ResponseHead {
  readonly status: number
  /** Lower-case names; a header that came twice is joined with a comma, as HTTP allows. */
  readonly headers: Readonly<Record<string, string>>
  readonly framing: Framing
  /** May the connection carry another request afterwards? */
  readonly keepAlive: boolean
}

/** A number is a length in bytes. */
export type Framing = number | 'chunked' | 'until_close'

/** What came is not HTTP/1.1 as we read it. */
export class BadResponse extends Error {
  override name = 'BadResponse'
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/

/** Reads the text before the empty line, CRLF between its lines. */
export const readHead = (text: string): ResponseHead => {
  const lineEnd = text.indexOf('\r\n')
  const statusLine = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const match = STATUS_LINE.exec(statusLine)
  if (!match) throw new BadResponse(`"${statusLine.slice(0, 60)}" is no status line of HTTP/1.1`)
  const headers = lineEnd < 0 ? {} : readHeaders(text, lineEnd + 2)
  const status = Number(match[2])
  const framing = framingOf(status, headers)
  const connection = headers.connection?.toLowerCase() ?? ''
  const keepAlive = match[1] === '1' ? !connection.includes('close') : connection.includes('keep-alive')
  return { status, headers, framing, keepAlive: keepAlive && framing !== 'until_close' }
}

const readHeaders = (text: string, from: number): Record<string, string> => {
  const headers: Record<string, string> = Object.create(null)
  for (let start = from; start < text.length; ) {
    const found = text.indexOf('\r\n', start)
    const end = found < 0 ? text.length : found
    const colon = text.indexOf(':', start)
    // A space at its start would continue the header before (obsolete), and one before the colon smuggles.
    if (
      colon <= start ||
      colon > end ||
      text.charCodeAt(start) === 0x20 ||
      text.charCodeAt(colon - 1) === 0x20
    ) {
      throw new BadResponse(`"${text.slice(start, Math.min(end, start + 60))}" is no header`)
    }
    const name = text.slice(start, colon).toLowerCase()
    const value = text.slice(colon + 1, end).trim()
    const earlier = headers[name]
    headers[name] = earlier === undefined ? value : `${earlier}, ${value}`
    start = end + 2
  }
  return headers
}

const framingOf = (status: number, headers: Readonly<Record<string, string>>): Framing => {
  if (status < 200 || status === 204 || status === 304) return 0
  const encoding = headers['transfer-encoding']
  if (encoding !== undefined) {
    if (/^chunked$/i.test(encoding)) return 'chunked'
    throw new BadResponse(`the transfer encoding "${encoding.slice(0, 60)}" is not chunked`)
  }
  const length = headers['content-length']
  if (length === undefined) return 'until_close'
  if (!/^\d{1,15}$/.test(length)) throw new BadResponse(`"${length.slice(0, 60)}" is no content length`)
  return Number(length)
}
