import { hasBit, setBit } from '../../batch/done-bits.ts'
import { requestOf } from '../../batch/request-id.ts'
import type { FileRetry } from './contents.ts'
import type { LineProblem } from './line-faults.ts'

const FIRST_BYTES = 1_024
/** Of the index in a batch; a file has fewer lines. */
const INDEX_MAX = 100_000_000

/** The requests that the lines of an error file name. */
export class RetriedRequests {
  #batch: string | undefined
  #requests = 0
  #indexes = new Uint8Array(FIRST_BYTES)

  get any(): boolean {
    return this.#requests > 0
  }

  add(requestId: string): LineProblem | undefined {
    const found = requestOf(requestId)
    if (!found || found.index > INDEX_MAX) {
      const message = `'id' names no request of this installation: an error file can be sent again only where it was made.`
      return { code: 'invalid_request', message, param: 'id' }
    }
    this.#batch ??= found.batch
    if (found.batch !== this.#batch) {
      const message = `'id' is of another batch than the lines before; retry one batch at a time.`
      return { code: 'invalid_request', message, param: 'id' }
    }
    this.#reserve(found.index)
    if (!hasBit(this.#indexes, found.index)) this.#requests += 1
    setBit(this.#indexes, found.index)
    return undefined
  }

  retry(): FileRetry | null {
    if (this.#batch === undefined) return null
    return { batch: this.#batch, requests: this.#requests, indexes: this.#indexes }
  }

  #reserve(index: number): void {
    if (index < 8 * this.#indexes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#indexes.length, (index >> 3) + 1))
    larger.set(this.#indexes)
    this.#indexes = larger
  }
}
