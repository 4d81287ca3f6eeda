/** One small object of counters for each name; names are few: models, deployments, route templates. */
export class CountsByName<Counts> {
  readonly #counts = new Map<string, Counts>()
  readonly #make: () => Counts

  constructor(make: () => Counts) {
    this.#make = make
  }

  of(name: string): Counts {
    let counts = this.#counts.get(name)
    if (counts === undefined) {
      counts = this.#make()
      this.#counts.set(name, counts)
    }
    return counts
  }

  entries(): IterableIterator<[string, Counts]> {
    return this.#counts.entries()
  }
}

export class Count {
  value = 0
}
