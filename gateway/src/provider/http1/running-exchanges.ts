/** Something that knows its place in the list. */
interface Placed {
  place: number
}

/**
 * The calls that run, as an array with the last one moved into each gap: a Set of so many comings and goings
 * is rebuilt again and again.
 */
export class RunningExchanges<Item extends Placed = Placed> {
  readonly #items: Item[] = []

  get size(): number {
    return this.#items.length
  }

  add(item: Item): void {
    item.place = this.#items.length
    this.#items.push(item)
  }

  delete(item: Item): void {
    if (this.#items[item.place] !== item) return
    const last = this.#items.pop()
    if (last === undefined || last === item) return
    last.place = item.place
    this.#items[item.place] = last
  }

  /** As they are now, to walk over while they change. */
  snapshot(): Item[] {
    return [...this.#items]
  }
}
