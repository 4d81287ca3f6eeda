import type { IndexEntry } from '../../batch/index-codec.ts'
import type { Random } from '../../clock/clock.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import { clipped, FaultList, type Problem } from '../faults.ts'
import type { SplitElement } from '../json/array-splitter.ts'
import { KeyedHash } from '../keyed-hash.ts'
import type { IntakeLimits } from '../limits.ts'
import { UniqueIds } from '../unique.ts'
import { generatedId } from './custom-id.ts'
import { type ItemRequest, readInputItem, readTaskItem } from './items.ts'
import { RecordWriter } from './record-writer.ts'

/** Takes the requests of one batch in as the splitter hands them out: checks, counts, writes, indexes. */
export class ItemTaker {
  readonly entries: IndexEntry[] = []
  readonly faults: FaultList
  inputTokens = 0
  outputTokens = 0
  withoutOutputLimit = 0

  readonly #limits: IntakeLimits
  readonly #records: RecordWriter
  readonly #ids: UniqueIds
  /** The list that came first. Where another one follows, the batch is refused for it. */
  #list: string | undefined

  constructor(order: {
    limits: IntakeLimits
    random: Random
    blobs: Pick<Blobs, 'create'>
    blobName: string
  }) {
    this.#limits = order.limits
    this.faults = new FaultList(order.limits.faultsShownMax)
    this.#records = new RecordWriter(order.blobs, order.blobName)
    const word = (): number => Math.floor(order.random.next() * 2 ** 32) | 0
    this.#ids = new UniqueIds(new KeyedHash({ low: word(), high: word() }))
  }

  async take(element: SplitElement): Promise<void> {
    this.#list ??= element.list
    if (element.list !== this.#list) return
    const reading = this.#read(element)
    if (reading.kind === 'problem') return this.#refuse(element.index, reading.problem)
    const problem = this.#store(element.index, reading.request)
    if (problem) return this.#refuse(element.index, problem)
    if (this.#records.isFull) await this.#records.flush()
  }

  async commit(): Promise<void> {
    await this.#records.commit()
  }

  /** Drops what was written, unless it was committed. */
  async release(): Promise<void> {
    await this.#records.abort()
  }

  /** From the first bad request on the batch is refused: the rest is checked and nothing more is written. */
  async #refuse(index: number, problem: Problem): Promise<void> {
    this.faults.add(index, problem)
    if (this.faults.total === 1) await this.#records.abort()
  }

  #read(element: SplitElement): ReturnType<typeof readTaskItem> {
    const { bytes, content } = element
    if (!bytes || !content) {
      const message = `a request must not exceed ${this.#limits.itemBytesMax} bytes, this one has ${element.byteLength}`
      return { kind: 'problem', problem: { code: 'too_large', message, field: '' } }
    }
    if (content.kind === 'refused') {
      const { code, message, path } = content
      return { kind: 'problem', problem: { code, message, field: clipped(path) } }
    }
    const item = { value: content.value, bytes }
    const { customIdCharactersMax } = this.#limits
    return element.list === 'input'
      ? readInputItem(item, customIdCharactersMax)
      : readTaskItem(item, customIdCharactersMax)
  }

  #store(index: number, request: ItemRequest): Problem | undefined {
    const id = request.customId === undefined ? this.#generateId(index) : idBytes(request.customId)
    const earlier = request.customId === undefined ? -1 : this.#ids.add(id, index)
    if (earlier >= 0) return duplicate(request.customId ?? '', earlier)
    if (this.faults.total > 0) return undefined
    const place = this.#records.add(id, request.fragment)
    this.entries.push({ batchIndex: index, ...place, variant: request.ownOptions })
    this.inputTokens += Math.ceil(place.bodyLength / 3)
    this.outputTokens += request.outputTokensMax ?? 0
    if (request.outputTokensMax === undefined) this.withoutOutputLimit += 1
    return undefined
  }

  #generateId(index: number): Buffer {
    for (let taken = 0; ; taken += 1) {
      const id = idBytes(generatedId(index, taken))
      if (this.#ids.add(id, index) < 0) return id
    }
  }
}

/** The id in its one JSON spelling: `"\u0061"` and `"a"` are the same id. */
const idBytes = (id: string): Buffer => Buffer.from(JSON.stringify(id))

const duplicate = (id: string, earlier: number): Problem => {
  const hint = /^request-[0-9]{7}/.test(id)
    ? '; ids of this form are generated for requests that give none'
    : ''
  const message = `"${clipped(id)}" is the custom_id of request ${earlier} already${hint}`
  return { code: 'duplicate_custom_id', message, field: 'custom_id' }
}
