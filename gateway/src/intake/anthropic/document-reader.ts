import type { Random } from '../../clock/clock.ts'
import { NO_LOSSES } from '../../translate/check/loss-check.ts'
import { clipped, FaultList, type Problem } from '../faults.ts'
import { IdTable } from '../file/id-table.ts'
import { LineScanner } from '../file/line-scanner.ts'
import { confirmDuplicates, type ReadBack, type Suspicion } from '../file/suspicions.ts'
import { Targets } from '../file/targets.ts'
import { ArraySplitter, type SplitElement } from '../json/array-splitter.ts'
import { KeyedHash } from '../keyed-hash.ts'
import type { IntakeLimits, MessageBatchLimits } from '../limits.ts'
import { RequestLossCheck, type TranslatedWay } from '../request-losses.ts'
import { type ShardDraft, ShardDrafts } from '../shard-draft.ts'
import { type CheckedItem, checkItem, type ItemRequest } from './check-item.ts'
import type { DocumentContents } from './document-contents.ts'
import { variantOf } from './params.ts'

export type DocumentLimits = MessageBatchLimits & IntakeLimits

/** How its requests are told in another format. */
export interface DocumentTranslation {
  readonly ways: readonly TranslatedWay[]
  readonly headers: Readonly<Record<string, string>>
}

const PASSES: DocumentTranslation = { ways: [], headers: {} }

export const MESSAGES_ENDPOINT = '/v1/messages'

/** Models of one batch: each has shards and a price of its own. */
const MODELS_MAX = 1_000
/** Beyond so many hits the document is full of duplicates, and each hit counts as one. */
const SUSPICIONS_MAX = 2_000

/**
 * Reads the document of a create in Anthropic's dialect once, as it streams in: every request is parsed once and
 * checked once, and the good ones are cut into shards that say where in the document each lies. The document's own
 * bytes are what is stored and, but for the model's name, what is sent.
 */
export class DocumentReader {
  readonly #limits: DocumentLimits
  readonly #splitter: ArraySplitter
  readonly #scanner = new LineScanner('params')
  readonly #ids: IdTable
  readonly #faults: FaultList
  readonly #targets = new Targets(MODELS_MAX)
  readonly #headers: DocumentTranslation['headers']
  /** Undefined where all models speak the endpoint. */
  readonly #losses: RequestLossCheck | undefined
  readonly #drafts: ShardDrafts
  #suspicions: Suspicion[] = []

  constructor(limits: DocumentLimits, random: Random, { ways, headers }: DocumentTranslation = PASSES) {
    this.#limits = limits
    this.#headers = headers
    this.#losses = ways.length === 0 ? undefined : new RequestLossCheck(ways, limits.faultsShownMax)
    this.#splitter = new ArraySplitter({
      lists: ['requests'],
      elementsMax: limits.requestsMax,
      elementBytesMax: limits.requestBytesMax,
      fieldsBytesMax: limits.fieldsBytesMax,
      depthMax: limits.depthMax,
    })
    const word = (): number => (random.next() * 0x1_0000_0000) | 0
    this.#ids = new IdTable(new KeyedHash({ low: word(), high: word() }))
    this.#faults = new FaultList(limits.faultsShownMax)
    this.#drafts = new ShardDrafts(limits)
  }

  push(chunk: Buffer): void {
    for (const element of this.#splitter.push(chunk)) this.#takeElement(element)
  }

  /** Shards that are full since the last time; none once a request is bad: then no batch is made. */
  takeShards(): ShardDraft[] {
    const full = this.#drafts.take()
    return this.#faults.total === 0 ? full : []
  }

  /** The document is whole, and `readBack` can read it. Shards that are still open are ready now. */
  async end(readBack: ReadBack): Promise<DocumentContents> {
    const { fault, fieldFault, keys, fields, counts } = this.#splitter.end()
    this.#drafts.end()
    for (const { line: index, customId } of await confirmDuplicates(this.#suspicions, readBack)) {
      this.#faultDuplicate(index, customId)
    }
    this.#suspicions = []
    return {
      fault,
      fieldFault,
      keys,
      fields,
      requests: counts.get('requests'),
      faults: this.#faults.shown.toSorted((left, right) => left.index - right.index),
      faultsTotal: this.#faults.total,
      targets: this.#targets.all(),
      losses: this.#losses?.losses()?.summary ?? NO_LOSSES,
    }
  }

  #takeElement(element: SplitElement): void {
    const checked = this.#check(element)
    if (checked.kind === 'problem') this.#faults.add(element.index, checked.problem)
    else this.#takeRequest(element, checked)
  }

  #check({ bytes, byteLength, content }: SplitElement): CheckedItem {
    if (!bytes || !content) {
      const { requestBytesMax } = this.#limits
      const message = `must not exceed ${requestBytesMax} bytes, this one has ${byteLength}`
      return { kind: 'problem', problem: { code: 'too_large', message, field: '' } }
    }
    if (content.kind === 'refused') {
      const { code, message, path } = content
      return { kind: 'problem', problem: { code, message, field: clipped(path) } }
    }
    this.#scanner.scan(bytes, 0, bytes.length)
    return checkItem(content.value, this.#scanner, this.#headers['anthropic-version'])
  }

  #takeRequest({ index, offset, bytes }: SplitElement, request: ItemRequest): void {
    const { idStart, idEnd, bodyStart, bodyEnd, modelStart } = this.#scanner
    if (bytes) this.#suspect(index, offset, bytes, request.customId)
    const { model, maxTokens } = request
    const bodyLength = bodyEnd - bodyStart
    const target = { model, endpoint: MESSAGES_ENDPOINT }
    const counted = this.#targets.add({
      ...target,
      line: index,
      bodyBytes: bodyLength,
      outputTokens: maxTokens,
    })
    if (!counted) this.#faults.add(index, TOO_MANY_MODELS)
    this.#checkLosses(index, request)
    if (this.#faults.total > 0) return
    this.#drafts.add({
      ...target,
      entry: {
        batchIndex: index,
        idStart: offset + idStart,
        idLength: idEnd - idStart,
        bodyStart: offset + bodyStart,
        bodyLength,
        variant: variantOf(modelStart - bodyStart, request.brokenRule),
      },
    })
  }

  /** One that breaks a rule fails whatever is made of it. */
  #checkLosses(at: number, { model, customId, params, brokenRule }: ItemRequest): void {
    if (brokenRule !== 0) return
    const request = { model, endpoint: MESSAGES_ENDPOINT, body: params, headers: this.#headers }
    this.#losses?.take({ ...request, customId, at })
  }

  /** The id in its one spelling: `"\u0061"` and `"a"` are the same id. */
  #suspect(index: number, offset: number, bytes: Buffer, customId: string): void {
    const { idStart, idEnd } = this.#scanner
    const place = offset + idStart
    const isPlain = idEnd - idStart === customId.length + 2
    const id = isPlain ? undefined : Buffer.from(`"${customId}"`)
    const places = id ? this.#ids.add(id, 0, id.length, place) : this.#ids.add(bytes, idStart, idEnd, place)
    if (places.length === 0) return
    if (this.#suspicions.length < SUSPICIONS_MAX) this.#suspicions.push({ line: index, customId, places })
    else this.#faultDuplicate(index, customId)
  }

  #faultDuplicate(index: number, customId: string): void {
    const message = `"${customId}" is the custom_id of an earlier request already`
    this.#faults.add(index, { code: 'duplicate_custom_id', message, field: 'custom_id' })
  }
}

const TOO_MANY_MODELS: Problem = {
  code: 'invalid_value',
  message: `a batch may have ${MODELS_MAX} models; here begins another one`,
  field: 'params.model',
}
