import type { Head } from './head.ts'
import { headBytesMax, parseHead } from './head.ts'

/** One whole request off the wire. */
export interface WireRequest {
  readonly head: Head
  readonly body: Buffer
}

/** The bytes are no HTTP/1.1, or more than is allowed: answered with this, and the connection closed. */
export class FramingError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const bodyBytesMax = 64 * 1_024 * 1_024
const chunkLineBytesMax = 1_024

const empty: Buffer = Buffer.alloc(0)
const endOfHead = Buffer.from('\r\n\r\n')
const endOfLine = Buffer.from('\r\n')

/** Where a body in chunks stands: before a size line, so many bytes inside a chunk, or in the trailers. */
type Chunking =
  | { readonly at: 'size' }
  | { readonly at: 'data'; readonly left: number }
  | { readonly at: 'trailers' }

/**
 * Cuts the bytes of a connection into requests (RFC 9112), strictly: what two readers could understand in two
 * ways (both lengths, bare line feeds, folded headers, …) is refused.
 */
export class RequestReader {
  #bytes: Buffer = empty
  #at = 0
  #head: Head | undefined
  /** The last head as text and as what it means: a client that keeps its connection sends the same again. */
  #lastText = ''
  #lastHead: Head | undefined
  #parts: Buffer[] = []
  #have = 0
  #chunking: Chunking = { at: 'size' }

  push(chunk: Buffer): void {
    const rest = this.#bytes.length - this.#at
    this.#bytes = rest === 0 ? chunk : Buffer.concat([this.#bytes.subarray(this.#at), chunk])
    this.#at = 0
  }

  get buffered(): number {
    return this.#bytes.length - this.#at
  }

  /** The client waits for a word before it sends the body. Says so once. */
  takeContinue(): boolean {
    if (this.#head?.expectsContinue !== true || this.#have > 0 || this.buffered > 0) return false
    this.#head = { ...this.#head, expectsContinue: false }
    return true
  }

  /** The next request, or nothing while its bytes are not all there. Throws FramingError. */
  next(): WireRequest | undefined {
    this.#head ??= this.#readHead()
    const head = this.#head
    if (head === undefined) return undefined
    const body = head.chunked ? this.#readChunks() : this.#readLength(head.contentLength)
    if (body === undefined) return undefined
    this.#head = undefined
    return { head, body }
  }

  #readHead(): Head | undefined {
    // Some clients send an empty line after a body; RFC 9112 asks to overlook it.
    while (this.#bytes[this.#at] === 13 && this.#bytes[this.#at + 1] === 10) this.#at += 2
    const end = this.#bytes.indexOf(endOfHead, this.#at)
    if ((end < 0 ? this.#bytes.length : end) - this.#at > headBytesMax)
      throw new FramingError(431, `The headers are larger than ${headBytesMax} bytes.`)
    if (end < 0) return undefined
    const text = this.#bytes.toString('latin1', this.#at, end)
    this.#at = end + endOfHead.length
    if (this.#lastHead !== undefined && text === this.#lastText) return this.#lastHead
    const head = parseHead(text)
    if ('problem' in head) throw new FramingError(head.status, head.problem)
    if (head.contentLength > bodyBytesMax) throw tooLarge()
    this.#lastText = text
    this.#lastHead = head
    return head
  }

  #readLength(length: number): Buffer | undefined {
    const end = this.#at + length - this.#have
    if (this.#have === 0 && end <= this.#bytes.length) {
      const body = this.#bytes.subarray(this.#at, end)
      this.#at = end
      return body
    }
    // Parts are kept as they come: joining at every packet would be quadratic for a large body.
    this.#keep(length - this.#have)
    return this.#have < length ? undefined : this.#joined()
  }

  #readChunks(): Buffer | undefined {
    for (;;) {
      const { at } = this.#chunking
      if (at === 'data') {
        if (!this.#readChunkData(this.#chunking.left)) return undefined
        continue
      }
      const line = this.#readLine()
      if (line === undefined) return undefined
      if (at === 'trailers') {
        if (line !== '') continue
        this.#chunking = { at: 'size' }
        return this.#joined()
      }
      const size = chunkSize(line)
      if (this.#have + size > bodyBytesMax) throw tooLarge()
      this.#chunking = size === 0 ? { at: 'trailers' } : { at: 'data', left: size }
    }
  }

  #readChunkData(left: number): boolean {
    const kept = this.#keep(left)
    if (kept < left) {
      this.#chunking = { at: 'data', left: left - kept }
      return false
    }
    if (this.buffered < 2) {
      this.#chunking = { at: 'data', left: 0 }
      return false
    }
    if (this.#bytes[this.#at] !== 13 || this.#bytes[this.#at + 1] !== 10)
      throw new FramingError(400, 'A chunk of the body does not end where its size says.')
    this.#at += 2
    this.#chunking = { at: 'size' }
    return true
  }

  #readLine(): string | undefined {
    const end = this.#bytes.indexOf(endOfLine, this.#at)
    if ((end < 0 ? this.#bytes.length : end) - this.#at > chunkLineBytesMax)
      throw new FramingError(400, `A line between the chunks is longer than ${chunkLineBytesMax} bytes.`)
    if (end < 0) return undefined
    const line = this.#bytes.toString('latin1', this.#at, end)
    this.#at = end + endOfLine.length
    return line
  }

  #keep(wanted: number): number {
    const part = this.#bytes.subarray(this.#at, this.#at + wanted)
    if (part.length > 0) this.#parts.push(part)
    this.#have += part.length
    this.#at += part.length
    return part.length
  }

  #joined(): Buffer {
    const body = this.#parts.length === 0 ? empty : Buffer.concat(this.#parts, this.#have)
    this.#parts = []
    this.#have = 0
    return body
  }
}

const tooLarge = (): FramingError => new FramingError(413, `The body is larger than ${bodyBytesMax} bytes.`)

/** Hexadecimal digits; extensions after a semicolon are allowed and mean nothing here. */
const sizeLine = /^([0-9A-Fa-f]{1,8})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/

const chunkSize = (line: string): number => {
  const digits = sizeLine.exec(line)?.[1]
  if (digits === undefined) throw new FramingError(400, 'The size of a chunk is not a hexadecimal number.')
  return Number.parseInt(digits, 16)
}
