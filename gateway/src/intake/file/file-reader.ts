import { isUtf8 } from 'node:buffer'
import type { Random } from '../../clock/clock.ts'
import { clipped } from '../faults.ts'
import { KeyedHash } from '../keyed-hash.ts'
import type { FileLimits, IntakeLimits } from '../limits.ts'
import { RequestLossCheck, type TranslatedWay } from '../request-losses.ts'
import { type ShardDraft, ShardDrafts } from '../shard-draft.ts'
import { checkLine, type RequestLine } from './check-line.ts'
import type { FileContents } from './contents.ts'
import { embeddedInputsOf, outputTokensOf } from './endpoints.ts'
import { IdTable } from './id-table.ts'
import { LineFaults } from './line-faults.ts'
import { LineScanner } from './line-scanner.ts'
import { type Line, LineSplitter } from './line-splitter.ts'
import { RetriedRequests } from './retried-requests.ts'
import { confirmDuplicates, type ReadBack, type Suspicion } from './suspicions.ts'
import { Targets } from './targets.ts'

/** Models × endpoints of one file. */
const TARGETS_MAX = 1_000
/** Beyond so many hits the file is full of duplicates, and each hit counts as one. */
const SUSPICIONS_MAX = 2_000

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * Reads an uploaded file of requests once, as it streams in: every line is parsed once and checked once, every
 * bad one is known with its number, and the good ones are cut into shards that say where in the file each
 * request lies. The file's own bytes are what is stored and, but for the model's name, what is sent.
 */
export class FileReader {
  readonly #limits: FileLimits & IntakeLimits
  readonly #splitter: LineSplitter
  readonly #scanner = new LineScanner()
  readonly #ids: IdTable
  readonly #faults: LineFaults
  readonly #targets = new Targets(TARGETS_MAX)
  readonly #retried = new RetriedRequests()
  /** Undefined where all models speak the endpoints of batches. */
  readonly #losses: RequestLossCheck | undefined
  readonly #drafts: ShardDrafts
  #chunk: Buffer | undefined
  /**
   * All lines that lie within the chunk are UTF-8 and have no `\\u` escapes: one look at all of them is cheaper
   * than one at each.
   */
  #chunkIsPlain = false
  #lines = 0
  #requests = 0
  #embeddedInputs = 0
  #suspicions: Suspicion[] = []

  constructor(limits: FileLimits & IntakeLimits, random: Random, ways: readonly TranslatedWay[] = []) {
    this.#limits = limits
    this.#losses = ways.length === 0 ? undefined : new RequestLossCheck(ways, limits.faultsShownMax)
    this.#splitter = new LineSplitter(limits.lineBytesMax, (line) => this.#takeLine(line))
    this.#ids = new IdTable(new KeyedHash({ low: word(random), high: word(random) }))
    this.#faults = new LineFaults(limits.faultsShownMax)
    this.#drafts = new ShardDrafts(limits)
  }

  push(chunk: Buffer): void {
    this.#chunk = chunk
    const lines = chunk.subarray(...wholeLinesOf(chunk, this.#splitter.isWithinLine))
    this.#chunkIsPlain = isUtf8(lines) && !lines.includes('\\u', 0, 'latin1')
    this.#splitter.push(chunk)
  }

  /** Shards that are full since the last time; none once a line is bad: then no batch is made of the file. */
  takeShards(): ShardDraft[] {
    const full = this.#drafts.take()
    return this.#faults.total === 0 ? full : []
  }

  /** The file is whole, and `readBack` can read it. Shards that are still open are ready now. */
  async end(readBack: ReadBack): Promise<FileContents> {
    this.#splitter.end()
    this.#drafts.end()
    for (const { line, customId } of await confirmDuplicates(this.#suspicions, readBack)) {
      this.#faultDuplicate(line, customId)
    }
    this.#suspicions = []
    const retry = this.#retried.retry()
    if (this.#lines === 0) {
      this.#faults.add(null, { code: 'empty_file', message: 'The file has no requests.', param: null })
    }
    return {
      lines: this.#lines,
      faults: this.#faults.shown(),
      faultsTotal: this.#faults.total,
      targets: this.#targets.all(),
      retry,
      losses: this.#losses?.losses() ?? null,
    }
  }

  #takeLine(given: Line): void {
    const line = given.number === 1 ? withoutMark(given) : given
    const { bytes, start, end } = line
    if (bytes && isBlank(bytes, start, end)) return
    this.#lines += 1
    if (this.#lines > this.#limits.linesMax) {
      if (this.#lines === this.#limits.linesMax + 1) this.#faultTooMany()
      return
    }
    if (!bytes) {
      const message = `A line must not exceed ${this.#limits.lineBytesMax} bytes, this one has ${line.byteLength}.`
      this.#faults.add(line.number, { code: 'line_too_large', message, param: null })
      return
    }
    this.#scanner.scan(bytes, start, end)
    const isPlain = this.#chunkIsPlain && bytes === this.#chunk
    const checked = checkLine({ bytes, start, end, isPlain }, this.#scanner, this.#limits)
    if (checked.kind === 'request') this.#takeRequest(line, bytes, checked)
    else if (checked.kind === 'problem') this.#faults.add(line.number, checked.problem)
    else this.#takeErrorLine(line.number, checked.requestId)
  }

  #takeRequest(line: Line, bytes: Buffer, request: RequestLine): void {
    this.#suspect(line, bytes, request.customId)
    this.#countInputs(embeddedInputsOf(request.url, request.body))
    const { model, url: endpoint, body, customId } = request
    this.#losses?.take({ model, endpoint, body, customId, at: line.number })
    if (this.#retried.any) this.#faultMixed(line.number)
    else this.#cutRequest(line, request)
  }

  #cutRequest(line: Line, request: RequestLine): void {
    const { idStart, idEnd, bodyStart, bodyEnd, modelStart } = this.#scanner
    const bodyLength = bodyEnd - bodyStart
    const base = line.offset - line.start
    const { model, url: endpoint } = request
    const counted = this.#targets.add({
      model,
      endpoint,
      line: line.number,
      bodyBytes: bodyLength,
      outputTokens: outputTokensOf(endpoint, request.body),
    })
    if (!counted) {
      const message = `A file may have ${TARGETS_MAX} combinations of model and endpoint; here begins another one.`
      this.#faults.add(line.number, { code: 'too_many_models', message, param: 'body.model' })
    }
    const batchIndex = this.#requests
    this.#requests += 1
    if (this.#faults.total > 0) return
    this.#drafts.add({
      model,
      endpoint,
      entry: {
        batchIndex,
        idStart: base + idStart,
        idLength: idEnd - idStart,
        bodyStart: base + bodyStart,
        bodyLength,
        variant: modelStart - bodyStart,
      },
    })
  }

  #takeErrorLine(number: number, requestId: string): void {
    if (this.#requests > 0) {
      this.#faultMixed(number)
      return
    }
    const problem = this.#retried.add(requestId)
    if (problem) this.#faults.add(number, problem)
  }

  /** The id in its one spelling: `"\u0061"` and `"a"` are the same id. */
  #suspect(line: Line, bytes: Buffer, customId: string): void {
    const { idStart, idEnd } = this.#scanner
    const place = line.offset - line.start + idStart
    const id = hasEscape(bytes, idStart, idEnd) ? Buffer.from(JSON.stringify(customId)) : undefined
    const places = id ? this.#ids.add(id, 0, id.length, place) : this.#ids.add(bytes, idStart, idEnd, place)
    if (places.length === 0) return
    if (this.#suspicions.length < SUSPICIONS_MAX) {
      this.#suspicions.push({ line: line.number, customId, places })
    } else this.#faultDuplicate(line.number, customId)
  }

  #faultDuplicate(line: number, customId: string): void {
    const message = `The custom_id '${clipped(customId)}' is that of an earlier line already.`
    this.#faults.add(line, { code: 'duplicate_custom_id', message, param: 'custom_id' })
  }

  #faultMixed(line: number): void {
    const message = 'A file has requests, or lines of an error file; this one mixes them.'
    this.#faults.add(line, { code: 'invalid_request', message, param: null })
  }

  /** One request may bring many texts: all of them together are limited as requests are. */
  #countInputs(count: number): void {
    const { linesMax } = this.#limits
    const hadTooMany = this.#embeddedInputs > linesMax
    this.#embeddedInputs += count
    if (hadTooMany || this.#embeddedInputs <= linesMax) return
    const message = `The embeddings requests of a file may have ${linesMax} inputs together.`
    this.#faults.add(null, { code: 'too_many_tasks', message, param: null })
  }

  #faultTooMany(): void {
    const message = `A file may have ${this.#limits.linesMax} requests.`
    this.#faults.add(null, { code: 'too_many_tasks', message, param: null })
  }
}

const BACKSLASH = 0x5c

const word = (random: Random): number => (random.next() * 0x1_0000_0000) | 0

const withoutMark = (line: Line): Line => {
  const { bytes, start, end, offset } = line
  const hasMark = bytes?.subarray(start, Math.min(start + 3, end)).equals(BYTE_ORDER_MARK)
  return hasMark ? { ...line, start: start + 3, offset: offset + 3 } : line
}

const isBlank = (bytes: Buffer, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false
  }
  return true
}

const hasEscape = (bytes: Buffer, start: number, end: number): boolean => {
  for (let at = start; at < end; at += 1) if (bytes[at] === BACKSLASH) return true
  return false
}

/** From the first line that begins in the chunk to the end of the last one that ends there. */
const wholeLinesOf = (chunk: Buffer, isWithinLine: boolean): [start: number, end: number] => {
  const end = chunk.lastIndexOf(LINE_FEED) + 1
  return [isWithinLine ? Math.min(end, chunk.indexOf(LINE_FEED) + 1) : 0, end]
}

const LINE_FEED = 0x0a
