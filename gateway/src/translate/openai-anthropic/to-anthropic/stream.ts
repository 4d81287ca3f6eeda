import { BEGUN } from '../../anthropic/begun-message.ts'
import { eventText } from '../../anthropic/event-text.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { EventTranslator, StreamContext } from '../../translation.ts'
import { idToAnthropic } from '../ids.ts'
import { usageAtTheEnd, usageToAnthropic } from '../usage.ts'
import { ending, thoughtOf } from './answer.ts'
import { Blocks } from './blocks.ts'

/** The chunks of a chat completion, as Anthropic's events of one message. */
export class EventsFromChunks implements EventTranslator {
  readonly #asked: JsonObject
  readonly #blocks = new Blocks()
  #isStarted = false
  #refusal = ''
  #finishReason: unknown
  #usage: JsonObject = {}

  constructor({ asked }: StreamContext) {
    this.#asked = asked
  }

  take(chunk: JsonObject): string {
    if (isObject(chunk.usage)) this.#usage = chunk.usage
    const choice: unknown = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined
    if (!isObject(choice)) return ''
    this.#finishReason = choice.finish_reason ?? this.#finishReason
    return this.#start(chunk) + (isObject(choice.delta) ? this.#continue(choice.delta) : '')
  }

  end(): string {
    const { hasCalls } = this.#blocks
    const refusal = this.#refusal === '' ? null : this.#refusal
    const delta = { ...ending(this.#finishReason, { hasCalls, refusal }), container: null }
    return (
      this.#start({}) +
      this.#blocks.close() +
      eventText({ type: 'message_delta', delta, usage: usageAtTheEnd(this.#usage) }) +
      eventText({ type: 'message_stop' })
    )
  }

  #start({ id, model }: JsonObject): string {
    if (this.#isStarted) return ''
    this.#isStarted = true
    const message = {
      id: idToAnthropic(id),
      type: 'message',
      role: 'assistant',
      model: model ?? this.#asked.model,
      ...BEGUN,
      // OpenAI tells it at the end.
      usage: usageToAnthropic({}),
    }
    return eventText({ type: 'message_start', message })
  }

  #continue(delta: JsonObject): string {
    if (typeof delta.refusal === 'string') this.#refusal += delta.refusal
    const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls.filter(isObject) : []
    return (
      this.#blocks.think(thoughtOf(delta)) +
      this.#blocks.say(typeof delta.content === 'string' ? delta.content : '') +
      calls.map((call) => this.#blocks.call(call)).join('')
    )
  }
}
