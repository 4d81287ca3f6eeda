import { decodeIndex } from '../../../gateway/src/batch/index-codec.ts'
import { nameOf, type Request, type Truth } from '../truth.ts'

export interface Place {
  readonly shard: number
  readonly position: number
}

/** Which request lies where: read once from the index that intake stored. */
export class Places {
  readonly #truth: Truth
  readonly #byRequest = new Map<string, Place>()
  readonly #byShard = new Map<number, Request[]>()

  constructor(truth: Truth) {
    this.#truth = truth
  }

  add(shard: number, order: number, index: Uint8Array): void {
    const table = decodeIndex(index)
    const requests: Request[] = []
    for (let position = 0; position < table.count; position += 1) {
      const request = this.#truth.request(order, table.batchIndex(position))
      requests.push(request)
      this.#byRequest.set(nameOf(request), { shard, position })
    }
    this.#byShard.set(shard, requests)
  }

  of(request: Request): Place | undefined {
    return this.#byRequest.get(nameOf(request))
  }

  at(shard: number, position: number): Request {
    const request = this.#byShard.get(shard)?.[position]
    if (!request) throw new Error(`shard ${shard} has no request ${position}`)
    return request
  }
}
