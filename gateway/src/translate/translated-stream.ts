import type { Usage } from '../money/usage.ts'
import type { AnswerStream } from '../provider/answer-stream.ts'
import { dataOf, EventSplitter } from '../provider/events/event-splitter.ts'
import type { Failure } from '../provider/failure.ts'
import { parseObject } from './json.ts'
import type { EventTranslator } from './translation.ts'

/** A longer event cannot be translated, and is none of a text. */
const EVENT_BYTES_MAX = 4 * 1_048_576

/** A provider's stream in the caller's format: read as the provider's, passed on as the translator's events. */
export class TranslatedStream implements AnswerStream {
  /** Only whole events are passed on. */
  readonly isWithinEvent = false
  readonly #reading: AnswerStream
  readonly #translator: EventTranslator
  readonly #splitter = new EventSplitter(EVENT_BYTES_MAX)
  #isEnded = false

  constructor(reading: AnswerStream, translator: EventTranslator) {
    this.#reading = reading
    this.#translator = translator
  }

  get isWhole(): boolean {
    return this.#reading.isWhole
  }

  take(piece: Buffer): Buffer {
    let translated = ''
    this.#reading.take(piece)
    this.#splitter.read(piece, (event) => {
      const data = event && parseObject(dataOf(event))
      if (data && !this.#isEnded) translated += this.#translator.take(data)
    })
    if (this.#reading.isWhole) translated += this.#finish()
    return Buffer.from(translated)
  }

  end(): Buffer {
    this.#reading.end()
    const rest = this.#splitter.isWithinEvent ? this.#splitter.rest() : undefined
    const data = rest && parseObject(dataOf(rest))
    const translated = data && !this.#isEnded ? this.#translator.take(data) : ''
    return Buffer.from(this.#reading.failure() ? translated : translated + this.#finish())
  }

  failure(): Failure | undefined {
    return this.#reading.failure()
  }

  usage(): Usage | undefined {
    return this.#reading.usage()
  }

  text(): string {
    return this.#reading.text()
  }

  #finish(): string {
    if (this.#isEnded || this.#reading.failure()) return ''
    this.#isEnded = true
    return this.#translator.end()
  }
}
