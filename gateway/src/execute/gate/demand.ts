const PARTS = 4
const PART_MS = 1_000 / PARTS

/** The most that was asked for at one time within the last second, told in quarters of it. */
export class Demand {
  readonly #most = new Array<number>(PARTS).fill(0)
  #part = Number.NEGATIVE_INFINITY
  #asked = 0

  /** So much is asked for from now on. */
  note(asked: number, now: number): void {
    this.#roll(now)
    this.#asked = asked
    const place = this.#placeOf(this.#part)
    this.#most[place] = Math.max(asked, this.#most[place] ?? 0)
  }

  peak(now: number): number {
    this.#roll(now)
    return Math.max(...this.#most)
  }

  /** The peak stays as it is for so long, unless more is asked for. */
  staysMs(now: number): number {
    return (Math.floor(now / PART_MS) + 1) * PART_MS - now
  }

  /** What is asked for lasts: each part that begins has it from its start. */
  #roll(now: number): void {
    const part = Math.floor(now / PART_MS)
    const begun = Math.min(PARTS, part - this.#part)
    for (let back = 0; back < begun; back += 1) this.#most[this.#placeOf(part - back)] = this.#asked
    this.#part = part
  }

  #placeOf(part: number): number {
    return ((part % PARTS) + PARTS) % PARTS
  }
}
