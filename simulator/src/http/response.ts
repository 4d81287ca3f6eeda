import { STATUS_CODES } from 'node:http'

let dateSecond = 0
let dateLine = ''

/** Made once a second: formatting a date takes as long as the rest of a head. */
const dateHeader = (): string => {
  const second = Math.floor(Date.now() / 1_000)
  if (second !== dateSecond) {
    dateSecond = second
    dateLine = `date: ${new Date(second * 1_000).toUTCString()}\r\n`
  }
  return dateLine
}

export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Unknown lengths are sent in chunks. */
  readonly bytes: number | undefined
  readonly keepAlive: boolean
}

const statusLines = new Map(
  Object.entries(STATUS_CODES).map(([code, text]) => [Number(code), `HTTP/1.1 ${code} ${text}\r\n`]),
)

export const headText = ({ status, headers, bytes, keepAlive }: ResponseHead): string => {
  let text = statusLines.get(status) ?? `HTTP/1.1 ${status} Unknown\r\n`
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`
  text += dateHeader()
  if (!keepAlive) text += 'connection: close\r\n'
  return `${text}${bytes === undefined ? 'transfer-encoding: chunked' : `content-length: ${bytes}`}\r\n\r\n`
}

/** Head and body in one buffer and so in one packet: two writes cost a third of the whole rate. */
export const headAndBody = (head: ResponseHead, body: Buffer): Buffer => {
  const text = headText(head)
  const bytes = Buffer.allocUnsafe(text.length + body.length)
  bytes.write(text, 'latin1')
  bytes.set(body, text.length)
  return bytes
}

const noBytes = Buffer.alloc(0)
const newLine = Buffer.from('\r\n')
export const lastChunk = Buffer.from('0\r\n\r\n')

export const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, newLine])

/** The same pieces, framed as chunks where the length is not known beforehand. */
export function* framed(pieces: Iterable<Buffer>, chunked: boolean): Generator<Buffer> {
  for (const piece of pieces) {
    if (!chunked) yield piece
    else if (piece.length > 0) yield chunk(piece)
  }
  yield chunked ? lastChunk : noBytes
}
