import type { ResponseHeaders } from '../call.ts'

/** The status line and headers of a response, and how its body is framed (RFC 9112 §6.3). */
export interface ResponseHead {
  readonly status: number
  readonly headers: ResponseHeaders
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

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |\r|$)/
/** Of a header's name, by character code. */
const isTokenCode = Uint8Array.from({ length: 256 }, (_, code) =>
  /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(code)) ? 1 : 0,
)
const CARRIAGE_RETURN = 0x0d
const LINE_FEED = 0x0a
const COLON = 0x3a

/**
 * Where the text has what no header may have, or -1: a line folded onto the one before, a name with a space, a
 * bare line feed have each smuggled requests. By searches and not by one expression, which took as long as
 * all the rest of reading a head.
 */
const badPlaceIn = (text: string): number => {
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) !== CARRIAGE_RETURN) return at
  }
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) {
    if (text.charCodeAt(at + 1) !== LINE_FEED) return at
    let end = at + 2
    while (isTokenCode[text.charCodeAt(end)] === 1) end += 1
    if (end === at + 2 || text.charCodeAt(end) !== COLON) return at
  }
  return text.indexOf('\0')
}

/** Reads the text before the empty line, CRLF between its lines. */
export const readHead = (text: string): ResponseHead => {
  const match = STATUS_LINE.exec(text)
  if (!match) throw new BadResponse(`"${text.slice(0, 60)}" is no status line of HTTP/1.1`)
  const bad = badPlaceIn(text)
  if (bad >= 0) throw new BadResponse(`"${text.slice(bad, bad + 60).trim()}" is no header`)
  const status = Number(match[2])
  const headers = new HeaderText(text)
  const framing = framingOf(status, headers)
  const connection = headers.get('connection')?.toLowerCase()
  const keepAlive =
    match[1] === '1' ? connection?.includes('close') !== true : connection?.includes('keep-alive') === true
  return { status, headers, framing, keepAlive: keepAlive && framing !== 'until_close' }
}

/**
 * Headers that are looked up in the text when they are asked for: of a dozen, four are, and an object of all
 * would be the largest thing that is made for a call.
 */
class HeaderText implements ResponseHeaders {
  readonly #text: string
  readonly #lower: string

  constructor(text: string) {
    this.#text = text
    this.#lower = text.toLowerCase()
  }

  /** One that came twice is joined with a comma, as HTTP allows. */
  get(name: string): string | undefined {
    const wanted = wantedFor(name)
    let joined: string | undefined
    for (let at = this.#lower.indexOf(wanted); at >= 0; at = this.#lower.indexOf(wanted, at + 2)) {
      const start = at + wanted.length
      const found = this.#text.indexOf('\r\n', start)
      const value = this.#text.slice(start, found < 0 ? undefined : found).trim()
      joined = joined === undefined ? value : `${joined}, ${value}`
    }
    return joined
  }
}

const wantedTexts = new Map<string, string>()

/** What is searched for; the names are the dozen that this program asks for. */
const wantedFor = (name: string): string => {
  let wanted = wantedTexts.get(name)
  if (wanted === undefined) {
    wanted = `\r\n${name}:`
    wantedTexts.set(name, wanted)
  }
  return wanted
}

const framingOf = (status: number, headers: ResponseHeaders): Framing => {
  if (status < 200 || status === 204 || status === 304) return 0
  const encoding = headers.get('transfer-encoding')
  const length = headers.get('content-length')
  if (encoding !== undefined) {
    // Whoever stood between may have gone by the length, and have seen another response behind it.
    if (length !== undefined) throw new BadResponse('the body has both a length and a transfer encoding')
    if (/^chunked$/i.test(encoding)) return 'chunked'
    throw new BadResponse(`the transfer encoding "${encoding.slice(0, 60)}" is not chunked`)
  }
  if (length === undefined) return 'until_close'
  if (!/^\d{1,15}$/.test(length)) throw new BadResponse(`"${length.slice(0, 60)}" is no content length`)
  return Number(length)
}
