import type { TakePiece } from '../call.ts'
import { ChunkedBody } from './chunked-body.ts'
import { BadResponse, type ResponseHead, readHead } from './response-head.ts'

const HEAD_BYTES_MAX = 65_536
/** No provider announces its answer so often; a flood of them would never end. */
const ANNOUNCEMENTS_MAX = 16
const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * Reads one response from the bytes of a connection, in whatever pieces they come. The bytes that are
 * handed in may be overwritten afterwards: what is kept is copied.
 */
export class ResponseReader {
  head: ResponseHead | undefined
  isDone = false
  /** The body is longer than allowed; nothing more is kept of it. */
  isTooLarge = false
  /** Bytes of the body so far. */
  bytes = 0
  readonly #bytesMax: number
  readonly #takerOf: ((head: ResponseHead) => TakePiece | undefined) | undefined
  #headBytes: Buffer | undefined
  #announcements = 0
  #chunked: ChunkedBody | undefined
  /** For a body whose length is known: its whole, filled bit by bit. */
  #whole: Buffer | undefined
  #parts: Buffer[] | undefined
  /** For a body that is taken in pieces: by whom, and what one read has brought so far. */
  #take: TakePiece | undefined
  #piece: Buffer | undefined
  #pieceBytes = 0

  constructor(bytesMax: number, takerOf?: (head: ResponseHead) => TakePiece | undefined) {
    this.#bytesMax = bytesMax
    this.#takerOf = takerOf
  }

  /** The body is taken in pieces: nothing of it is kept here. */
  get isTaken(): boolean {
    return this.#take !== undefined
  }

  /** Returns how many bytes were used up: all of them, unless the response ended before. */
  read(bytes: Buffer): number {
    let at = 0
    while (this.head === undefined) {
      const end = this.#readHead(bytes, at)
      if (end < 0) return bytes.length
      at = end
    }
    const used = this.#readBody(this.head, bytes, at)
    if (this.#take) this.#handOver(this.#take)
    return used
  }

  /** The peer will send nothing more; true where that completes the response. */
  end(): boolean {
    if (this.head?.framing === 'until_close') this.isDone = true
    return this.isDone
  }

  body(): Buffer {
    if (this.#whole) return this.#whole
    if (this.#parts === undefined) return Buffer.alloc(0)
    return this.#parts.length === 1
      ? (this.#parts[0] ?? Buffer.alloc(0))
      : Buffer.concat(this.#parts, this.bytes)
  }

  /** The end of the head in `bytes`, or -1 where it has not come yet. */
  #readHead(bytes: Buffer, from: number): number {
    const before = this.#headBytes
    const all = before ? Buffer.concat([before, bytes.subarray(from)]) : bytes
    const start = before ? 0 : from
    const found = all.indexOf(END_OF_HEAD, start)
    if ((found < 0 ? all.length : found) - start > HEAD_BYTES_MAX) {
      throw new BadResponse(`the headers are longer than ${HEAD_BYTES_MAX} bytes`)
    }
    if (found < 0) {
      this.#headBytes = Buffer.from(all.subarray(start))
      return -1
    }
    this.#headBytes = undefined
    this.#takeHead(readHead(all.toString('latin1', start, found)))
    const end = found + END_OF_HEAD.length
    return before ? end - before.length + from : end
  }

  #takeHead(head: ResponseHead): void {
    if (head.status === 101) throw new BadResponse('the peer switched to another protocol')
    // 100 and its like announce the response; it follows.
    if (head.status < 200) {
      this.#announcements += 1
      if (this.#announcements > ANNOUNCEMENTS_MAX) throw new BadResponse('it is announced without end')
      return
    }
    this.head = head
    this.#take = this.#takerOf?.(head)
    if (head.framing === 'chunked') this.#chunked = new ChunkedBody()
    else if (head.framing === 0) this.isDone = true
    else if (typeof head.framing === 'number' && !this.#take) {
      if (head.framing > this.#bytesMax) this.isTooLarge = true
      else this.#whole = Buffer.allocUnsafe(head.framing)
    }
  }

  #readBody({ framing }: ResponseHead, bytes: Buffer, at: number): number {
    if (this.isDone || this.isTooLarge) return at
    if (this.#chunked) {
      const used = this.#chunked.read(bytes, at, (from, to) => this.#keep(bytes, from, to))
      if (this.#chunked.isDone) this.isDone = true
      return used
    }
    if (typeof framing !== 'number') {
      this.#keep(bytes, at, bytes.length)
      return bytes.length
    }
    const end = Math.min(bytes.length, at + framing - this.bytes)
    this.#keep(bytes, at, end)
    if (this.bytes === framing) this.isDone = true
    return end
  }

  #keep(bytes: Buffer, from: number, to: number): void {
    if (this.#take) {
      this.#addToPiece(bytes, from, to)
      return
    }
    if (this.#whole) bytes.copy(this.#whole, this.bytes, from, to)
    this.bytes += to - from
    if (this.#whole || this.isTooLarge || from === to) return
    if (this.bytes > this.#bytesMax) {
      this.isTooLarge = true
      this.#parts = undefined
      return
    }
    this.#parts ??= []
    this.#parts.push(Buffer.from(bytes.subarray(from, to)))
  }

  /** What one read brings becomes one piece, however many chunks it has. */
  #addToPiece(bytes: Buffer, from: number, to: number): void {
    this.#piece ??= Buffer.allocUnsafe(bytes.length - from)
    bytes.copy(this.#piece, this.#pieceBytes, from, to)
    this.#pieceBytes += to - from
    this.bytes += to - from
  }

  #handOver(take: TakePiece): void {
    const piece = this.#piece?.subarray(0, this.#pieceBytes)
    this.#piece = undefined
    this.#pieceBytes = 0
    if (piece && piece.length > 0) take(piece)
  }
}
