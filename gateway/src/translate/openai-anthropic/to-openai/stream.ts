import { isObject, type JsonObject } from '../../json.ts'
import type { EventTranslator, StreamContext } from '../../translation.ts'
import { finishReasonToOpenai } from '../finish-reasons.ts'
import { usageToOpenai } from '../usage.ts'
import { refusalOf } from './answer.ts'
import { Chunks } from './chunks.ts'
import { ToolCalls } from './tool-calls.ts'

/** Anthropic's events of one message, as the chunks of a chat completion. */
export class ChunksFromEvents implements EventTranslator {
  readonly #hidesUsage: boolean
  readonly #chunks: Chunks
  readonly #calls = new ToolCalls()
  /** Told at the beginning, and in part again at the end. */
  #usage: JsonObject = {}

  constructor(context: StreamContext) {
    this.#hidesUsage = context.hidesUsage
    this.#chunks = new Chunks(context)
  }

  take(event: JsonObject): string {
    switch (event.type) {
      case 'message_start':
        return this.#start(event.message)
      case 'content_block_start':
        return isObject(event.content_block) ? this.#startBlock(event.content_block, event.index) : ''
      case 'content_block_delta':
        return isObject(event.delta) ? this.#continueBlock(event.delta, event.index) : ''
      case 'content_block_stop':
        return this.#delta(this.#calls.stop(event.index))
      case 'message_delta':
        return this.#finish(event)
      default:
        return ''
    }
  }

  end(): string {
    const usage = this.#hidesUsage ? '' : this.#chunks.usage(usageToOpenai(this.#usage))
    return `${usage}data: [DONE]\n\n`
  }

  #start(message: unknown): string {
    if (!isObject(message)) return ''
    this.#chunks.name(message)
    if (isObject(message.usage)) this.#usage = message.usage
    return this.#chunks.delta({ role: 'assistant', content: '', refusal: null })
  }

  #startBlock(block: JsonObject, index: unknown): string {
    if (block.type === 'tool_use') return this.#delta(this.#calls.start(block, index))
    if (block.type === 'text') return this.#text('content', block.text)
    return block.type === 'thinking' ? this.#text('reasoning_content', block.thinking) : ''
  }

  #continueBlock(delta: JsonObject, index: unknown): string {
    switch (delta.type) {
      case 'text_delta':
        return this.#text('content', delta.text)
      case 'thinking_delta':
        return this.#text('reasoning_content', delta.thinking)
      case 'input_json_delta':
        return this.#delta(this.#calls.continue(index, delta.partial_json))
      default:
        return ''
    }
  }

  #finish({ delta, usage }: JsonObject): string {
    if (isObject(usage)) this.#usage = { ...this.#usage, ...withoutNulls(usage) }
    if (!isObject(delta)) return ''
    const refusal = refusalOf(delta)
    return this.#text('refusal', refusal) + this.#chunks.delta({}, finishReasonToOpenai(delta.stop_reason))
  }

  #text(member: 'content' | 'reasoning_content' | 'refusal', text: unknown): string {
    return typeof text === 'string' && text !== '' ? this.#chunks.delta({ [member]: text }) : ''
  }

  #delta(call: JsonObject | undefined): string {
    return call ? this.#chunks.delta({ tool_calls: [call] }) : ''
  }
}

/** A counter that the last event does not tell stays as the first one told it. */
const withoutNulls = (usage: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null))
