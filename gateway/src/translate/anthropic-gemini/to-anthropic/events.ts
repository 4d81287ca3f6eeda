import type { Usage } from '../../../money/usage.ts'
import { BEGUN } from '../../anthropic/begun-message.ts'
import { eventText } from '../../anthropic/event-text.ts'
import { CallIds } from '../../gemini/call-ids.ts'
import { type FunctionCall, type Piece, readGeminiAnswer } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'
import { jsonText } from '../../reading/json-text.ts'
import type { AnswerContext, EventTranslator } from '../../translation.ts'
import { toToolUse, toWords, type WordKind } from './blocks.ts'
import { toHead } from './head.ts'
import { toStop } from './stop.ts'
import { toUsage, toUsageSoFar } from './usage.ts'

/** The chunks of Gemini's stream, each of which has the shape of an answer, as the events of a message. */
export class MessageEvents implements EventTranslator {
  readonly #context: AnswerContext
  readonly #ids = new CallIds()
  #isStarted = false
  /** Of the block under way, where it is one of words; calls come whole. */
  #open: WordKind | undefined
  #index = 0
  #hasCalls = false
  #finishReason: string | undefined
  #explanation: string | undefined
  #blocked: string | undefined
  #usage: Usage | undefined

  constructor(context: AnswerContext) {
    this.#context = context
  }

  take(data: JsonObject): string {
    if (data.error !== undefined) return ''
    const answer = readGeminiAnswer(data)
    this.#usage = answer.usage ?? this.#usage
    this.#blocked ??= answer.blocked
    const started = this.#start(answer)
    const [candidate] = answer.candidates
    if (!candidate) return started
    this.#finishReason = candidate.finishReason ?? this.#finishReason
    this.#explanation = candidate.explanation ?? this.#explanation
    return started + candidate.pieces.map((piece) => this.#piece(piece)).join('')
  }

  /** Why it ended is told once, at the end: Gemini may say it with more than one chunk. */
  end(): string {
    const started = this.#start({ id: undefined, model: undefined })
    const delta = {
      ...toStop({
        finishReason: this.#finishReason ?? (this.#blocked === undefined ? undefined : 'SAFETY'),
        explanation: this.#explanation ?? this.#blocked,
        hasCalls: this.#hasCalls,
      }),
      container: null,
    }
    const usage = toUsageSoFar(this.#usage)
    return `${started}${this.#close()}${eventText({ type: 'message_delta', delta, usage })}${eventText({ type: 'message_stop' })}`
  }

  #start(head: Parameters<typeof toHead>[0]): string {
    if (this.#isStarted) return ''
    this.#isStarted = true
    const message = {
      ...toHead(head, this.#context),
      ...BEGUN,
      usage: { ...toUsage(this.#usage), output_tokens: 0 },
    }
    return eventText({ type: 'message_start', message })
  }

  #piece(piece: Piece): string {
    if (piece.kind === 'call') return this.#close() + this.#call(piece)
    const opened = this.#open === piece.kind ? '' : this.#close() + this.#openBlock(piece.kind)
    const delta =
      piece.kind === 'text'
        ? { type: 'text_delta', text: piece.text }
        : { type: 'thinking_delta', thinking: piece.text }
    return opened + this.#delta(delta)
  }

  #openBlock(kind: WordKind): string {
    this.#open = kind
    return this.#blockStart(toWords(kind, ''))
  }

  #call(call: FunctionCall): string {
    this.#hasCalls = true
    const started = this.#blockStart(toToolUse(call, {}, this.#ids))
    const filled = this.#delta({ type: 'input_json_delta', partial_json: jsonText(call.args) })
    return started + filled + this.#blockStop()
  }

  #close(): string {
    if (this.#open === undefined) return ''
    this.#open = undefined
    return this.#blockStop()
  }

  #blockStart(content_block: JsonObject): string {
    return eventText({ type: 'content_block_start', index: this.#index, content_block })
  }

  #delta(delta: JsonObject): string {
    return eventText({ type: 'content_block_delta', index: this.#index, delta })
  }

  #blockStop(): string {
    const stopped = eventText({ type: 'content_block_stop', index: this.#index })
    this.#index += 1
    return stopped
  }
}
