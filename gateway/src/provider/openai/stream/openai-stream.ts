import type { Usage } from '../../../money/usage.ts'
import type { AnswerStream, StreamOrder } from '../../answer-stream.ts'
import { dataOf, EventSplitter } from '../../events/event-splitter.ts'
import type { Failure } from '../../failure.ts'
import { isRecord } from '../json.ts'
import type { JsonObject } from '../reading.ts'
import { type EventReader, eventReaderOf } from './event-reader.ts'
import { UsageFilter } from './usage-filter.ts'

/** A longer event is passed on unread. */
const EVENT_BYTES_MAX = 4 * 1_048_576
/** No model generates more for one call. */
const TEXT_CHARACTERS_MAX = 8 * 1_048_576

/** A stream of OpenAI's: of chat, of text completions, of responses. */
export class OpenaiStream implements AnswerStream {
  isWhole = false
  readonly #reader: EventReader
  readonly #splitter = new EventSplitter(EVENT_BYTES_MAX)
  readonly #filter: UsageFilter | undefined
  #isFinished = false
  #failure: Failure | undefined
  #usage: Usage | undefined
  #text = ''

  constructor(endpoint: string, { hidesUsage }: StreamOrder) {
    this.#reader = eventReaderOf(endpoint)
    this.#filter = hidesUsage ? new UsageFilter() : undefined
  }

  get isWithinEvent(): boolean {
    return this.#splitter.isWithinEvent
  }

  take(piece: Buffer): Buffer {
    const filter = this.#filter
    if (!filter) {
      this.#splitter.read(piece, (event) => void this.#note(event))
      return piece
    }
    filter.begin(piece)
    this.#splitter.read(piece, (event, end) => filter.ended(piece, end, this.#note(event)))
    return filter.finish(piece)
  }

  end(): Buffer {
    const isLeftOut = this.#splitter.isWithinEvent && this.#note(this.#splitter.rest())
    return this.#filter?.end(isLeftOut) ?? NOTHING
  }

  failure(): Failure | undefined {
    if (this.#failure) return this.#failure
    if (this.isWhole || this.#isFinished) return undefined
    return {
      kind: 'failure',
      class: 'bad_answer',
      code: 'stream_cut',
      message: 'the stream ended before its answer was whole',
    }
  }

  usage(): Usage | undefined {
    return this.#usage
  }

  text(): string {
    return this.#text
  }

  /** Reads an event; true where it holds the usage and nothing else. */
  #note(event: Buffer | undefined): boolean {
    const data = event === undefined ? '' : dataOf(event)
    if (data === '[DONE]') {
      this.isWhole = true
      return false
    }
    const json = parse(data)
    if (!json) return false
    const read = this.#reader(json, data)
    this.#usage = read.usage ?? this.#usage
    this.#failure ??= read.failure
    if (read.isFinished) this.#isFinished = true
    if (read.isLast) this.isWhole = true
    if (this.#text.length < TEXT_CHARACTERS_MAX) this.#text += read.text
    return read.isUsageAlone
  }
}

const NOTHING = Buffer.alloc(0)

const parse = (data: string): JsonObject | undefined => {
  if (!data.startsWith('{')) return undefined
  try {
    const json: unknown = JSON.parse(data)
    return isRecord(json) ? json : undefined
  } catch {
    return undefined
  }
}
