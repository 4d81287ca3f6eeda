import { BadResponse } from './response-head.ts'

const LINE_BYTES_MAX = 4_096
/** Of extensions and trailers together: what is sent beside the body must not be without end. */
const EXTRA_BYTES_MAX = 65_536
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

type Expecting = 'size' | 'data' | 'end_of_data' | 'trailer' | 'nothing'

/** Takes the chunked coding off a body (RFC 9112 §7.1), however the network cut it. */
export class ChunkedBody {
  #expecting: Expecting = 'size'
  #left = 0
  #line = ''
  #extraBytes = 0

  get isDone(): boolean {
    return this.#expecting === 'nothing'
  }

  /** Hands each piece of the body to `take`, a view into `bytes`; returns how many bytes were used up. */
  read(bytes: Buffer, start: number, take: (from: number, to: number) => void): number {
    let at = start
    while (at < bytes.length && this.#expecting !== 'nothing') {
      at = this.#expecting === 'data' ? this.#data(bytes, at, take) : this.#lineBytes(bytes, at)
    }
    return at
  }

  #data(bytes: Buffer, at: number, take: (from: number, to: number) => void): number {
    const end = Math.min(bytes.length, at + this.#left)
    take(at, end)
    this.#left -= end - at
    if (this.#left === 0) this.#expecting = 'end_of_data'
    return end
  }

  #lineBytes(bytes: Buffer, at: number): number {
    const found = bytes.indexOf(LINE_FEED, at)
    const end = found < 0 ? bytes.length : found
    this.#line += bytes.toString('latin1', at, end)
    if (this.#line.length > LINE_BYTES_MAX) throw new BadResponse('a line of the chunked coding is too long')
    if (found < 0) return end
    const line = this.#line
    this.#line = ''
    if (line.charCodeAt(line.length - 1) !== CARRIAGE_RETURN) {
      throw new BadResponse('a line of the chunked coding does not end in CRLF')
    }
    this.#takeLine(line.slice(0, -1))
    return found + 1
  }

  #takeLine(line: string): void {
    if (this.#expecting === 'end_of_data') {
      if (line !== '') throw new BadResponse('a chunk is longer than it said')
      this.#expecting = 'size'
    } else if (this.#expecting === 'trailer') {
      if (line === '') this.#expecting = 'nothing'
      else this.#countExtra(line.length)
    } else {
      const size = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i.exec(line)?.[1]
      if (size === undefined) throw new BadResponse(`"${line.slice(0, 60)}" is no size of a chunk`)
      this.#countExtra(line.length - size.length)
      this.#left = Number.parseInt(size, 16)
      this.#expecting = this.#left === 0 ? 'trailer' : 'data'
    }
  }

  #countExtra(bytes: number): void {
    this.#extraBytes += bytes
    if (this.#extraBytes > EXTRA_BYTES_MAX) {
      throw new BadResponse('the extensions and trailers of the chunked coding are too long')
    }
  }
}
