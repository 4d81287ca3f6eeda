/**
 * Work of other threads that goes on while the loop reads what comes next, and not too far behind it. Pieces
 * run side by side: each of them waits for a turn of the loop, and one after another they would hold it up.
 */
export class WorkBehind {
  readonly #bytesMax: number
  #bytes = 0
  #failure: { readonly error: unknown } | undefined
  #wake: () => void = () => undefined

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  add(bytes: number, work: Promise<unknown>): void {
    this.#bytes += bytes
    const leave = (): void => {
      this.#bytes -= bytes
      this.#wake()
    }
    work.then(leave, (error: unknown) => {
      this.#failure ??= { error }
      leave()
    })
  }

  /** Resolves when no more is open than may be; rejects where something failed. */
  async room(): Promise<void> {
    await this.#untilAtMost(this.#bytesMax)
  }

  /** Resolves when all of it has ended; rejects where something failed. */
  async ended(): Promise<void> {
    await this.#untilAtMost(0)
  }

  /** Resolves when nothing of it goes on any more, whatever became of it. */
  async settled(): Promise<void> {
    while (this.#bytes > 0) await this.#change()
  }

  async #untilAtMost(bytes: number): Promise<void> {
    while (this.#bytes > bytes && !this.#failure) await this.#change()
    if (this.#failure) throw this.#failure.error
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
