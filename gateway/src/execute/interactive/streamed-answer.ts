import type { StreamWish } from '../../interactive/interactive-call.ts'
import type { AnswerStream } from '../../provider/answer-stream.ts'
import type { AnswerHead, CallAnswer, CallBroken, CallOutcome, Flow, TakePiece } from '../../provider/call.ts'
import type { Verdict } from '../../provider/verdict.ts'
import { RETRY_TABLE } from '../realtime/retry-table.ts'

/** An answer that passes through: read as it comes, and passed on from its first piece on. */
export class StreamedAnswer {
  readonly #wish: StreamWish
  readonly #reading: AnswerStream
  #head: AnswerHead | undefined
  #flow: Flow | undefined
  #passOn: ((piece: Buffer) => void) | undefined

  constructor(wish: StreamWish, reading: AnswerStream) {
    this.#wish = wish
    this.#reading = reading
  }

  /** Something of it was passed on: the call cannot be repeated any more. */
  get hasBegun(): boolean {
    return this.#passOn !== undefined
  }

  get cutsEvent(): boolean {
    return this.#reading.isWithinEvent
  }

  /** Errors, and what is no stream after all, are collected whole. */
  readonly takerOf = (head: AnswerHead, flow: Flow): TakePiece | undefined => {
    if (!isEventStream(head)) return undefined
    this.#head = head
    this.#flow = flow
    return (piece) => this.#pass(this.#reading.take(piece))
  }

  /** What came of the call; undefined where the answer was no stream. */
  verdict(outcome: CallOutcome): { outcome: CallOutcome; verdict: Verdict } | undefined {
    if (!this.#head) return undefined
    if (outcome.kind === 'answer') this.#pass(this.#reading.end())
    const told = this.#reading.failure()
    if (outcome.kind === 'answer') return { outcome, verdict: told ?? this.#success(outcome) }
    if (!this.#reading.isWhole) return undefined
    const whole = wholeAnswer(this.#head, outcome)
    return { outcome: whole, verdict: told ?? this.#success(whole) }
  }

  usage(): ReturnType<AnswerStream['usage']> {
    return this.#reading.usage()
  }

  text(): string {
    return this.#reading.text()
  }

  #pass(piece: Buffer): void {
    if (piece.length === 0 || !this.#head || !this.#flow) return
    if (!this.#passOn && this.#isFailureAlone()) return
    this.#passOn ??= this.#wish.begin(this.#head, this.#flow)
    this.#passOn(piece)
  }

  /** Its first events say that there is no answer: another deployment may have one, as long as nothing was passed on. */
  #isFailureAlone(): boolean {
    if (!this.#reading.isWhole || this.#reading.text() !== '') return false
    const told = this.#reading.failure()
    return told !== undefined && RETRY_TABLE[told.class].retry !== 'never'
  }

  #success(reply: CallAnswer): Verdict {
    const answer = { text: null, finishReason: null, model: null, usage: this.#reading.usage() }
    return { kind: 'success', answer, reply }
  }
}

const isEventStream = ({ status, headers }: AnswerHead): boolean =>
  status >= 200 && status < 300 && /^text\/event-stream\b/i.test(headers.get('content-type') ?? '')

/** The connection broke, or the client closed it, behind the last event: nothing is missing. */
const wholeAnswer = ({ status, headers }: AnswerHead, { totalMs }: CallBroken): CallAnswer => ({
  kind: 'answer',
  status,
  headers,
  body: Buffer.alloc(0),
  firstByteMs: totalMs,
  totalMs,
})
