import type { Usage } from '../../../money/usage.ts'
import { finishReasonOf } from '../../../provider/gemini/finish-reason.ts'
import { CallIds } from '../../gemini/call-ids.ts'
import { type Candidate, type Piece, readGeminiAnswer } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'
import type { EventTranslator, StreamContext } from '../../translation.ts'
import { toHead } from './head.ts'
import { toLogprobs } from './logprobs.ts'
import { toToolCall } from './tool-call.ts'
import { toUsage } from './usage.ts'

/** What is known of a choice so far. */
interface Choice {
  calls: number
  finishReason: string | undefined
  explanation: string | undefined
}

/** The chunks of Gemini's stream, each of which has the shape of an answer, as chunks of a chat completion. */
export class ChunkTranslator implements EventTranslator {
  readonly #context: StreamContext
  readonly #ids = new CallIds()
  readonly #choices = new Map<number, Choice>()
  #head: { id: string | undefined; model: string | undefined } = { id: undefined, model: undefined }
  #usage: Usage | undefined
  #blocked: string | undefined

  constructor(context: StreamContext) {
    this.#context = context
  }

  take(data: JsonObject): string {
    if (data.error !== undefined) return ''
    const { id, model, candidates, blocked, usage } = readGeminiAnswer(data)
    this.#head = { id: this.#head.id ?? id, model: this.#head.model ?? model }
    this.#usage = usage ?? this.#usage
    this.#blocked ??= blocked
    return candidates.map((candidate) => this.#candidate(candidate)).join('')
  }

  /** Why a choice has ended is told once, at the end: Gemini may say it with more than one chunk. */
  end(): string {
    const opened = this.#choices.size === 0 ? this.#nothing() : ''
    const finished = [...this.#choices].map(([index, choice]) => this.#finish(index, choice)).join('')
    const usage = this.#context.hidesUsage || !this.#usage ? '' : this.#chunk([], toUsage(this.#usage))
    return `${opened}${finished}${usage}data: [DONE]\n\n`
  }

  #candidate({ index, pieces, finishReason, explanation, logprobs }: Candidate): string {
    const opened = this.#choices.has(index) ? '' : this.#open(index)
    const choice = this.#choices.get(index) ?? this.#opened(index)
    choice.finishReason = finishReason ?? choice.finishReason
    choice.explanation = explanation ?? choice.explanation
    const deltas = pieces.map((piece) => this.#delta(index, this.#toDelta(piece, choice))).join('')
    const probabilities = logprobs ? this.#delta(index, {}, { logprobs: toLogprobs(logprobs) }) : ''
    return opened + deltas + probabilities
  }

  #open(index: number): string {
    this.#opened(index)
    return this.#delta(index, { role: 'assistant', content: null, refusal: null })
  }

  #opened(index: number): Choice {
    const choice: Choice = { calls: 0, finishReason: undefined, explanation: undefined }
    this.#choices.set(index, choice)
    return choice
  }

  /** A prompt that was blocked has no candidates at all. */
  #nothing(): string {
    const opened = this.#open(0)
    const choice = this.#choices.get(0)
    if (choice) {
      choice.finishReason = this.#blocked === undefined ? undefined : 'SAFETY'
      choice.explanation = this.#blocked
    }
    return opened
  }

  #toDelta(piece: Piece, choice: Choice): JsonObject {
    if (piece.kind === 'text') return { content: piece.text }
    if (piece.kind === 'thought') return { reasoning_content: piece.text }
    const index = choice.calls
    choice.calls += 1
    return { tool_calls: [{ index, ...toToolCall(piece, this.#ids) }] }
  }

  #finish(index: number, { finishReason = 'STOP', explanation, calls }: Choice): string {
    const refused = explanation === undefined ? '' : this.#delta(index, { refusal: explanation })
    const finish_reason = finishReasonOf(finishReason, calls > 0)
    return refused + this.#delta(index, {}, { finish_reason })
  }

  #delta(index: number, delta: JsonObject, more: JsonObject = {}): string {
    return this.#chunk([{ index, delta, logprobs: null, finish_reason: null, ...more }], null)
  }

  #chunk(choices: readonly JsonObject[], usage: JsonObject | null): string {
    const chunk = {
      ...toHead(this.#head, this.#context, 'chat.completion.chunk'),
      choices,
      // The client that asked for usage has the member in all chunks, and is told it in the last.
      ...(!this.#context.hidesUsage && { usage }),
    }
    return `data: ${JSON.stringify(chunk)}\n\n`
  }
}
