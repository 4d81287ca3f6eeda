import { eventText } from '../../anthropic/event-text.ts'
import { isObject, type JsonObject } from '../../json.ts'
import { DIRECT } from './answer.ts'

/** The content blocks of a message that is being streamed: one is open at a time. */
export class Blocks {
  /** The block of each call, by OpenAI's index among the calls. */
  readonly #calls = new Map<unknown, number>()
  #open: 'text' | 'thinking' | 'tool_use' | undefined
  #count = 0

  get hasCalls(): boolean {
    return this.#calls.size > 0
  }

  think(thinking: string): string {
    if (thinking === '') return ''
    const start = this.#continue('thinking', { type: 'thinking', thinking: '', signature: '' })
    return start + this.#delta(this.#count - 1, { type: 'thinking_delta', thinking })
  }

  say(text: string): string {
    if (text === '') return ''
    const start = this.#continue('text', { type: 'text', text: '', citations: null })
    return start + this.#delta(this.#count - 1, { type: 'text_delta', text })
  }

  /** A delta of a call whose block is closed goes to that block nevertheless: clients find it by its index. */
  call(call: JsonObject): string {
    const called = isObject(call.function) ? call.function : {}
    const start = this.#calls.has(call.index) ? '' : this.#startCall(call, called.name)
    const text = typeof called.arguments === 'string' ? called.arguments : ''
    const block = this.#calls.get(call.index)
    if (text === '' || block === undefined) return start
    return start + this.#delta(block, { type: 'input_json_delta', partial_json: text })
  }

  close(): string {
    if (!this.#open) return ''
    this.#open = undefined
    return eventText({ type: 'content_block_stop', index: this.#count - 1 })
  }

  #startCall({ id, index }: JsonObject, name: unknown): string {
    this.#calls.set(index, this.#count)
    return this.#start('tool_use', { type: 'tool_use', id, name, input: {}, caller: DIRECT })
  }

  #continue(type: 'text' | 'thinking', block: JsonObject): string {
    return this.#open === type ? '' : this.#start(type, block)
  }

  #start(type: 'text' | 'thinking' | 'tool_use', block: JsonObject): string {
    const closed = this.close()
    this.#open = type
    this.#count += 1
    return closed + eventText({ type: 'content_block_start', index: this.#count - 1, content_block: block })
  }

  #delta(index: number, delta: JsonObject): string {
    return eventText({ type: 'content_block_delta', index, delta })
  }
}
