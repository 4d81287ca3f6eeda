import type { FetchedMedia } from '../media.ts'

/** What was fetched for batches that still run, within a bound; beyond it the longest unused goes first. */
export class KeptMedia {
  /** A map's order is that of its insertions: whatever is used is put at its end again. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  get(scope: string, url: string, now: number): FetchedMedia | undefined {
    const name = nameOf(scope, url)
    const kept = this.#kept.get(name)
    if (!kept) return undefined
    this.#remove(name, kept)
    if (kept.until !== undefined && kept.until <= now) return undefined
    this.#put(name, kept)
    return kept.fetched
  }

  /** `until` in monotonic milliseconds; without it, as long as its batch runs. */
  keep(order: {
    readonly scope: string
    readonly url: string
    readonly fetched: FetchedMedia
    readonly until: number | undefined
    readonly bytesMax: number
  }): void {
    const { scope, url, fetched, until, bytesMax } = order
    const name = nameOf(scope, url)
    const earlier = this.#kept.get(name)
    if (earlier) this.#remove(name, earlier)
    this.#put(name, { scope, fetched, until, bytes: bytesOf(name, fetched) })
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= bytesMax) return
      this.#remove(oldest, kept)
    }
  }

  forget(scope: string): void {
    for (const [name, kept] of this.#kept) {
      if (kept.scope === scope) this.#remove(name, kept)
    }
  }

  #put(name: string, kept: Kept): void {
    this.#kept.set(name, kept)
    this.#bytes += kept.bytes
  }

  #remove(name: string, kept: Kept): void {
    this.#kept.delete(name)
    this.#bytes -= kept.bytes
  }
}

interface Kept {
  readonly scope: string
  readonly fetched: FetchedMedia
  readonly until: number | undefined
  readonly bytes: number
}

/** No id of a batch has a space in it. */
export const nameOf = (scope: string, url: string): string => `${scope} ${url}`

/** An entry itself takes up some, so that a million refusals are bounded too. */
const ENTRY_BYTES = 200

const bytesOf = (name: string, fetched: FetchedMedia): number =>
  ENTRY_BYTES +
  name.length +
  (fetched.kind === 'fetched' ? fetched.media.base64.length : fetched.message.length)
