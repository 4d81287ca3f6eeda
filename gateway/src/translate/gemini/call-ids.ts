/**
 * Names the calls of one answer: as the provider does, where it names them, and names no two alike. Which ids are
 * still to come is not known while an answer streams.
 */
export class CallIds {
  readonly #used = new Set<string>()
  #next = 0

  idOf(given: string | undefined): string {
    const id = given === undefined || this.#used.has(given) ? this.#made() : given
    this.#used.add(id)
    return id
  }

  #made(): string {
    let id: string
    do {
      id = `call_${this.#next}`
      this.#next += 1
    } while (this.#used.has(id))
    return id
  }
}
