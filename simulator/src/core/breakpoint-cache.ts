import { type Digest, digestText } from './digest.ts'

/** The end of a beginning of a prompt that its sender wants to be kept. */
export interface Breakpoint {
  /** Of everything up to here. */
  readonly prefix: Digest
  /** So many tokens lie before it. */
  readonly tokens: number
  readonly ttlMs: number
}

export interface CacheUse {
  readonly read: number
  /** What was written, by how long it is kept. */
  readonly written: ReadonlyMap<number, number>
}

const kept = 100_000

/** The beginnings of prompts that were marked to be kept, each for its time, which starts anew when it is read. */
export class BreakpointCache {
  /** When each ends, in milliseconds since 1970. */
  readonly #ends = new Map<string, number>()

  /** Breakpoints come in the order of the prompt: the longest one that is known is read, what is beyond it written. */
  lookUp(breakpoints: readonly Breakpoint[], now: number): CacheUse {
    const last = breakpoints.findLastIndex(({ prefix }) => (this.#ends.get(digestText(prefix)) ?? 0) > now)
    const read = breakpoints[last]?.tokens ?? 0
    const written = new Map<number, number>()
    let before = read
    for (const [at, { prefix, tokens, ttlMs }] of breakpoints.entries()) {
      if (at > last) written.set(ttlMs, (written.get(ttlMs) ?? 0) + tokens - before)
      if (at > last) before = tokens
      this.#keep(digestText(prefix), now + ttlMs)
    }
    return { read, written }
  }

  #keep(prefix: string, end: number): void {
    if (this.#ends.size >= kept) this.#ends.clear()
    this.#ends.set(prefix, end)
  }
}
