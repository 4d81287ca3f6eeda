import type { Usage } from '../../../money/usage.ts'
import type { AnswerStream, StreamOrder } from '../../answer-stream.ts'
import { parseObject } from '../../answers/json.ts'
import { ReadStream } from '../../answers/read-stream.ts'
import type { Failure } from '../../failure.ts'
import { type EventReader, eventReaderOf, type OpenaiEvent } from './event-reader.ts'
import { UsageFilter } from './usage-filter.ts'

/** A stream of OpenAI's: of chat, of text completions, of responses. */
export class OpenaiStream implements AnswerStream {
  readonly #reading: ReadStream<OpenaiEvent>
  readonly #filter: UsageFilter | undefined

  constructor(endpoint: string, { hidesUsage }: StreamOrder) {
    const read = eventReaderOf(endpoint)
    this.#reading = new ReadStream((data) => readData(data, read))
    this.#filter = hidesUsage ? new UsageFilter() : undefined
  }

  get isWhole(): boolean {
    return this.#reading.isWhole
  }

  get isWithinEvent(): boolean {
    return this.#reading.isWithinEvent
  }

  take(piece: Buffer): Buffer {
    const filter = this.#filter
    if (!filter) return this.#reading.take(piece)
    filter.begin(piece)
    this.#reading.each(piece, (read, end) => filter.ended(piece, end, read?.isUsageAlone ?? false))
    return filter.finish(piece)
  }

  end(): Buffer {
    const isLeftOut = this.#reading.last()?.isUsageAlone ?? false
    return this.#filter?.end(isLeftOut) ?? NOTHING
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
}

const NOTHING = Buffer.alloc(0)

const DONE: OpenaiEvent = { text: '', isUsageAlone: false, isFinished: false, isLast: true }

const readData = (data: string, read: EventReader): OpenaiEvent | undefined => {
  if (data === '[DONE]') return DONE
  const json = data.startsWith('{') ? parseObject(data) : undefined
  return json && read(json, data)
}
