/** Where a line lies, without its line feed. */
export interface Line {
  /** Counts from 1, blank lines included. */
  readonly number: number
  /** Where it begins in the file. */
  readonly offset: number
  readonly byteLength: number
  /** Holds the line from `start` to `end`; undefined where it is longer than allowed: nothing of it was kept. */
  readonly bytes: Buffer | undefined
  readonly start: number
  readonly end: number
}

const LINE_FEED = 0x0a

/**
 * Cuts a file into lines as its chunks arrive. A line that lies within one chunk is left where it is; only one
 * that spans chunks is copied. One object is shown for each line, and is another line's afterwards.
 */
export class LineSplitter {
  readonly #lineBytesMax: number
  readonly #onLine: (line: Line) => void
  readonly #line = {
    number: 0,
    offset: 0,
    byteLength: 0,
    bytes: undefined as Buffer | undefined,
    start: 0,
    end: 0,
  }
  /** Of the chunk in hand, or of the next one. */
  #chunkOffset = 0
  #begun: Buffer[] = []
  #begunBytes = 0
  #begunOffset = 0

  constructor(lineBytesMax: number, onLine: (line: Line) => void) {
    this.#lineBytesMax = lineBytesMax
    this.#onLine = onLine
  }

  /** The chunk to come goes on with a line that has begun. */
  get isWithinLine(): boolean {
    return this.#begunBytes > 0
  }

  push(chunk: Buffer): void {
    let at = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, at)) {
      if (this.#begunBytes > 0) this.#emitBegun(chunk.subarray(at, end))
      else this.#emit(chunk, { start: at, end, offset: this.#chunkOffset + at })
      at = end + 1
    }
    if (at < chunk.length) this.#begin(chunk.subarray(at), this.#chunkOffset + at)
    this.#chunkOffset += chunk.length
  }

  /** The last line needs no line feed. */
  end(): void {
    if (this.#begunBytes > 0) this.#emitBegun(Buffer.alloc(0))
  }

  #begin(piece: Buffer, offset: number): void {
    if (this.#begunBytes === 0) this.#begunOffset = offset
    this.#begunBytes += piece.length
    // Copied: the chunk may be filled anew before the line ends.
    if (this.#begunBytes <= this.#lineBytesMax) this.#begun.push(Buffer.from(piece))
    else this.#begun = []
  }

  #emitBegun(rest: Buffer): void {
    const byteLength = this.#begunBytes + rest.length
    const pieces = [...this.#begun, rest]
    this.#begun = []
    this.#begunBytes = 0
    // Nothing is put together that would be refused for its length.
    const bytes = byteLength > this.#lineBytesMax ? rest : Buffer.concat(pieces, byteLength)
    this.#emit(bytes, { start: 0, end: byteLength, offset: this.#begunOffset })
  }

  #emit(bytes: Buffer, { start, end, offset }: { start: number; end: number; offset: number }): void {
    const line = this.#line
    line.number += 1
    line.offset = offset
    line.byteLength = end - start
    line.bytes = line.byteLength <= this.#lineBytesMax ? bytes : undefined
    line.start = start
    line.end = end
    this.#onLine(line)
  }
}
