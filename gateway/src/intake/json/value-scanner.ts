import { BYTES_BEFORE_INDEX_OF, backslashesBefore } from './string-end.ts'

/** What a byte means outside of strings; everything else is 0. */
const OPENS = 1
const CLOSES = 2
const COLON = 3
const QUOTES = 4

const MEANING = new Uint8Array(256)
MEANING[0x7b] = OPENS
MEANING[0x5b] = OPENS
MEANING[0x7d] = CLOSES
MEANING[0x5d] = CLOSES
MEANING[0x3a] = COLON
MEANING[0x22] = QUOTES

const QUOTE = 0x22
const BACKSLASH = 0x5c

const endsScalar = (byte: number): boolean =>
  byte === 0x2c || byte === 0x5d || byte === 0x7d || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

/**
 * Finds where one JSON value ends, over any number of chunks. It knows strings and brackets only: that
 * what lies between is JSON is for `JSON.parse` to say, once the value is complete.
 */
export class ValueScanner {
  /** Members of objects so far, at any depth: each has one colon outside of strings. */
  keys = 0
  /** The deepest nesting so far; a value without brackets has 0. */
  depthSeen = 0

  #depth = 0
  #inString = false
  #escaped = false
  #scalar = false

  /** Prepares for a value that begins with this byte, which `scan` gets again. */
  begin(first: number): void {
    this.keys = 0
    this.depthSeen = 0
    this.#depth = 0
    this.#inString = false
    this.#escaped = false
    const meaning = MEANING[first] ?? 0
    this.#scalar = meaning !== OPENS && meaning !== QUOTES
  }

  /** The position behind the value's last byte, or -1 where the chunk ends before the value does. */
  scan(chunk: Buffer, from: number): number {
    if (this.#scalar) return this.#scanScalar(chunk, from)
    let at = from
    if (this.#inString) {
      at = this.#closeString(chunk, at)
      if (at < 0) return -1
      if (this.#depth === 0) return at
    }
    return this.#scanBrackets(chunk, at)
  }

  #scanScalar(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (endsScalar(chunk[at] ?? 0)) return at
    }
    return -1
  }

  #scanBrackets(chunk: Buffer, from: number): number {
    const length = chunk.length
    let depth = this.#depth
    let keys = this.keys
    let at = from
    while (at < length) {
      const meaning = MEANING[chunk[at] ?? 0]
      at += 1
      if (meaning === 0) continue
      if (meaning === QUOTES) {
        at = this.#closeString(chunk, at)
        if (at >= 0 && depth > 0) continue
        break
      }
      if (meaning === COLON) {
        keys += 1
      } else if (meaning === OPENS) {
        depth += 1
        if (depth > this.depthSeen) this.depthSeen = depth
      } else {
        depth -= 1
        if (depth === 0) break
      }
    }
    this.#depth = depth
    this.keys = keys
    if (at < 0) return -1
    return depth === 0 ? at : -1
  }

  /** The position behind the closing quote, or -1 with the state kept for the next chunk. */
  #closeString(chunk: Buffer, from: number): number {
    const length = chunk.length
    let at = this.#escaped ? from + 1 : from
    this.#escaped = false
    this.#inString = true
    while (at < length) {
      const near = Math.min(at + BYTES_BEFORE_INDEX_OF, length)
      while (at < near) {
        const byte = chunk[at]
        if (byte === QUOTE) {
          this.#inString = false
          return at + 1
        }
        at += byte === BACKSLASH ? 2 : 1
      }
      if (at >= length) break
      const quote = chunk.indexOf(QUOTE, at)
      const end = quote < 0 ? length : quote
      const escapes = backslashesBefore(chunk, end, at) % 2 === 1
      if (quote < 0) {
        this.#escaped = escapes
        return -1
      }
      at = quote + 1
      if (!escapes) {
        this.#inString = false
        return at
      }
    }
    // A backslash was the chunk's last byte exactly when the step over what it escapes went too far.
    this.#escaped = at > length
    return -1
  }
}
