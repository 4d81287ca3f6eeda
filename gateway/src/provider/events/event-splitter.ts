const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Called for each event that has ended, with its bytes, and where it ends in the piece that was read. */
export type OnEvent = (event: Buffer | undefined, end: number) => void

/**
 * Finds the events in a stream of server-sent events, however the network cut it, with any of the three line
 * ends of the standard. Of the stream it holds the event that has not ended, and of that no more than
 * `bytesMax`: a longer one is told as `undefined`.
 */
export class EventSplitter {
  readonly #bytesMax: number
  /** What came of the event that has not ended. */
  #parts: Buffer[] = []
  #bytes = 0
  #lineIsEmpty = true
  #hasLines = false
  #afterReturn = false

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Something of an event has come, and its end has not. */
  get isWithinEvent(): boolean {
    return this.#hasLines || !this.#lineIsEmpty
  }

  read(piece: Buffer, onEvent: OnEvent): void {
    let start = 0
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at]
      if (byte !== LINE_FEED && byte !== CARRIAGE_RETURN) {
        this.#lineIsEmpty = false
        this.#afterReturn = false
        continue
      }
      const isSecondHalf = byte === LINE_FEED && this.#afterReturn
      this.#afterReturn = byte === CARRIAGE_RETURN
      if (isSecondHalf) continue
      if (!this.#lineIsEmpty) {
        this.#lineIsEmpty = true
        this.#hasLines = true
      } else if (this.#hasLines) {
        this.#hasLines = false
        onEvent(this.#finish(piece, start, at + 1), at + 1)
        start = at + 1
      }
    }
    if (start < piece.length) this.#keep(piece.subarray(start))
  }

  /** What came of an event that nothing ended. */
  rest(): Buffer | undefined {
    return this.#finish(NOTHING, 0, 0)
  }

  #finish(piece: Buffer, start: number, end: number): Buffer | undefined {
    const bytes = this.#bytes + end - start
    const parts = this.#parts
    this.#parts = []
    this.#bytes = 0
    if (bytes > this.#bytesMax) return undefined
    const last = piece.subarray(start, end)
    return parts.length === 0 ? last : Buffer.concat([...parts, last], bytes)
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length
    if (this.#bytes > this.#bytesMax) this.#parts = []
    else this.#parts.push(part)
  }
}

const NOTHING = Buffer.alloc(0)

const DATA = 'data:'

/** The data of an event: its lines that begin so, joined as the standard says; empty where it has none. */
export const dataOf = (event: Buffer): string => {
  const lines = event.toString('utf8').split(/\r\n|\n|\r/)
  let data: string | undefined
  for (const line of lines) {
    if (!line.startsWith(DATA)) continue
    const value = line.slice(line.charCodeAt(DATA.length) === SPACE ? DATA.length + 1 : DATA.length)
    data = data === undefined ? value : `${data}\n${value}`
  }
  return data ?? ''
}

const SPACE = 0x20
