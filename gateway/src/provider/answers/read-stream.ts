import type { Usage } from '../../money/usage.ts'
import type { AnswerStream } from '../answer-stream.ts'
import { dataOf, EventSplitter } from '../events/event-splitter.ts'
import type { Failure } from '../failure.ts'

/** What one event of a stream says. */
export interface ReadEvent {
  readonly text: string
  readonly usage?: Usage | undefined
  /** The model has said why it stopped; what follows is about the answer, and not of it. */
  readonly isFinished: boolean
  /** Nothing of the answer follows. */
  readonly isLast: boolean
  readonly failure?: Failure
}

/** Reads the data of one event; undefined where it says nothing of the answer. Never throws. */
export type ReadData<Event extends ReadEvent> = (data: string) => Event | undefined

/** A longer event is passed on unread. */
const EVENT_BYTES_MAX = 4 * 1_048_576
/** No model generates more for one call. */
const TEXT_CHARACTERS_MAX = 8 * 1_048_576

/** A stream of events that passes as it is, read on its way by one who knows the provider's events. */
export class ReadStream<Event extends ReadEvent = ReadEvent> implements AnswerStream {
  isWhole = false
  readonly #read: ReadData<Event>
  readonly #splitter = new EventSplitter(EVENT_BYTES_MAX)
  #isFinished = false
  #failure: Failure | undefined
  #usage: Usage | undefined
  #text = ''

  constructor(read: ReadData<Event>) {
    this.#read = read
  }

  get isWithinEvent(): boolean {
    return this.#splitter.isWithinEvent
  }

  take(piece: Buffer): Buffer {
    this.each(piece, () => {})
    return piece
  }

  /** Reads a piece, and tells of each event that ends in it what it said, and where it ends. */
  each(piece: Buffer, onRead: (read: Event | undefined, end: number) => void): void {
    this.#splitter.read(piece, (event, end) => onRead(this.#note(event), end))
  }

  end(): Buffer {
    this.last()
    return NOTHING
  }

  /** What the event said that nothing ended. */
  last(): Event | undefined {
    return this.#splitter.isWithinEvent ? this.#note(this.#splitter.rest()) : undefined
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

  #note(event: Buffer | undefined): Event | undefined {
    const read = event && this.#read(dataOf(event))
    if (!read) return undefined
    this.#usage = read.usage ?? this.#usage
    this.#failure ??= read.failure
    if (read.isFinished) this.#isFinished = true
    if (read.isLast) this.isWhole = true
    if (this.#text.length < TEXT_CHARACTERS_MAX) this.#text += read.text
    return read
  }
}

const NOTHING = Buffer.alloc(0)
