/** An event that is longer than this holds more than usage. */
const HELD_BYTES_MAX = 16_384

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const NOTHING = Buffer.alloc(0)

/**
 * Takes one event out of a stream, and delays nothing else: the bytes of an event are held only as long as
 * they may be those of the event that has no choice and the usage.
 */
export class UsageFilter {
  #held: Buffer[] = []
  #heldBytes = 0
  /** Of the event under way, something was passed on already: the rest goes too. */
  #isPassing = false
  /** The event that was left out ended in a carriage return, and a line feed may belong to it. */
  #skipsLineFeed = false
  readonly #out: Buffer[] = []
  #runStart = 0
  #eventStart = 0

  begin(piece: Buffer): void {
    this.#runStart = 0
    if (this.#skipsLineFeed && piece.length > 0) {
      this.#skipsLineFeed = false
      if (piece[0] === LINE_FEED) this.#runStart = 1
    }
    this.#eventStart = this.#runStart
  }

  /** The event under way has ended at `end` of the piece. */
  ended(piece: Buffer, end: number, isLeftOut: boolean): void {
    if (isLeftOut && !this.#isPassing) this.#leaveOut(piece, end)
    else this.#release()
    this.#isPassing = false
    this.#eventStart = Math.max(this.#eventStart, end)
  }

  /** What of the piece, and of what was held before it, goes on now. */
  finish(piece: Buffer): Buffer {
    let start = this.#eventStart
    if (this.#heldBytes === 0) start = behindLineEnds(piece, start)
    if (start < piece.length && !this.#isPassing && this.#holds(piece.subarray(start))) {
      this.#pass(piece, start)
    } else {
      if (start < piece.length) {
        this.#release()
        this.#isPassing = true
      }
      this.#pass(piece, piece.length)
    }
    return this.#taken()
  }

  /** The stream is over: the event that nothing ended goes too, unless it is left out. */
  end(isLeftOut: boolean): Buffer {
    if (isLeftOut) this.#forget()
    else this.#release()
    return this.#taken()
  }

  #leaveOut(piece: Buffer, end: number): void {
    // Where nothing is held the event began in this piece, perhaps behind the rest of the one before.
    if (this.#heldBytes === 0) this.#pass(piece, behindLineEnds(piece, this.#eventStart))
    this.#forget()
    this.#runStart = end
    if (piece[end - 1] !== CARRIAGE_RETURN) return
    if (end === piece.length) this.#skipsLineFeed = true
    else if (piece[end] === LINE_FEED) {
      this.#runStart = end + 1
      this.#eventStart = end + 1
    }
  }

  #holds(rest: Buffer): boolean {
    if (this.#heldBytes + rest.length > HELD_BYTES_MAX) return false
    const bytes = this.#heldBytes === 0 ? rest : Buffer.concat([...this.#held, rest])
    if (!mayBeUsage(bytes.toString('latin1'))) return false
    this.#held.push(rest)
    this.#heldBytes += rest.length
    return true
  }

  /** What was held stands before everything of the piece. */
  #release(): void {
    if (this.#heldBytes === 0) return
    this.#out.push(...this.#held)
    this.#forget()
  }

  #forget(): void {
    this.#held = []
    this.#heldBytes = 0
  }

  #pass(piece: Buffer, end: number): void {
    if (end > this.#runStart) this.#out.push(piece.subarray(this.#runStart, end))
    this.#runStart = end
  }

  #taken(): Buffer {
    const parts = this.#out.splice(0)
    return parts.length === 1 ? (parts[0] ?? NOTHING) : Buffer.concat(parts)
  }
}

const behindLineEnds = (piece: Buffer, start: number): number => {
  let at = start
  while (piece[at] === LINE_FEED || piece[at] === CARRIAGE_RETURN) at += 1
  return at
}

/** Until its list of choices is seen to hold one. */
const mayBeUsage = (text: string): boolean => {
  const first = /"choices"\s*:\s*\[\s*(\S)/.exec(text)?.[1]
  return first === undefined || first === ']'
}
