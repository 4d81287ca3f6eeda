import type { Clock } from '../../clock/clock.ts'
import type { BreakCause, CallOutcome, CallRequest, Flow } from '../call.ts'
import { ResponseReader } from './response-reader.ts'
import type { RunningExchanges } from './running-exchanges.ts'

/** Who waits for an exchange, and the list that it is on meanwhile. */
export interface Waiter {
  readonly running: RunningExchanges<Exchange>
  readonly resolve: (outcome: CallOutcome) => void
}

/** What an exchange needs of the connection that carries it. */
export interface Carrier {
  /** Gives the connection up: what is on it cannot be trusted any more. */
  drop(): void
  pause(): void
  resume(): void
}

/**
 * One call while it runs. It is settled once, when its outcome is known; from then on whatever its
 * connection brings is nobody's.
 */
export class Exchange implements Flow {
  readonly request: CallRequest
  /** Its place in the list of those that run. */
  place = -1
  /** Everything before the length of the body. */
  readonly head: string
  readonly startedAt: number
  readonly #origin: string
  readonly #clock: Clock
  readonly #waiter: Waiter
  readonly #reader: ResponseReader
  #carrier: Carrier | undefined
  #isSent = false
  #firstByteAt = 0
  #settled = false
  /** Of a body that is taken in pieces: when bytes came last, or may come again. */
  #movedAt = 0
  #isPaused = false

  constructor(request: CallRequest, place: { head: string; origin: string }, clock: Clock, waiter: Waiter) {
    this.request = request
    this.head = place.head
    this.#origin = place.origin
    this.#clock = clock
    this.#waiter = waiter
    const { answerBytesMax, takerOf } = request
    this.#reader = new ResponseReader(answerBytesMax, takerOf && ((head) => takerOf(head, this)))
    this.startedAt = clock.monotonic()
  }

  get isSettled(): boolean {
    return this.#settled
  }

  carriedBy(carrier: Carrier): void {
    this.#carrier = carrier
  }

  /** The request is being written: from here on the provider may have worked for it. */
  sent(): void {
    this.#isSent = true
  }

  /** Takes what came; true where the response is whole and the connection may carry another request. */
  receive(bytes: Buffer): boolean {
    const reader = this.#reader
    let used: number
    try {
      used = reader.read(bytes)
    } catch (error) {
      this.#break('reset', `the answer is not valid HTTP: ${messageOf(error)}`)
      return false
    }
    // Whoever takes the pieces may have stopped the call in the middle of one.
    if (this.#settled) return false
    if (this.#firstByteAt === 0 && reader.head) this.#firstByteAt = this.#clock.monotonic()
    if (reader.isTaken) this.#movedAt = this.#clock.monotonic()
    if (reader.isTooLarge) {
      this.#break('too_large', `the answer is longer than ${this.request.answerBytesMax} bytes`)
      return false
    }
    if (!reader.isDone) return false
    this.#answer()
    return reader.head?.keepAlive === true && used === bytes.length
  }

  /** The connection is over, by the peer's will or by an error. */
  connectionOver(error: Error | undefined): void {
    if (this.#settled) return
    if (error === undefined && this.#reader.end()) {
      this.#answer()
      return
    }
    const why = error ? messageOf(error) : 'the other side closed it'
    const { head, bytes } = this.#reader
    if (!this.#isSent) this.#break('connect', `no connection to ${this.#origin}: ${why}`)
    else if (!head) this.#break('reset', `the connection broke before an answer began: ${why}`)
    else this.#break('reset', `the answer (status ${head.status}) broke off after ${bytes} bytes: ${why}`)
  }

  /** Whoever takes the pieces has enough of them for now. */
  pause(): void {
    if (this.#settled || this.#isPaused) return
    this.#isPaused = true
    this.#carrier?.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#movedAt = this.#clock.monotonic()
    this.#carrier?.resume()
  }

  /** Called by the sweep over all calls that run. */
  checkTime(now: number): void {
    const ms = now - this.startedAt
    const { firstByteMsMax, totalMsMax } = this.request
    const { head, bytes, isTaken } = this.#reader
    if (!head && ms >= firstByteMsMax) {
      if (this.#isSent) this.stop('first_byte_timeout', `no answer began within ${firstByteMsMax} ms`)
      else this.stop('connect', `no connection to ${this.#origin} within ${firstByteMsMax} ms`)
    } else if (ms >= totalMsMax) {
      // That it was not taken is not the provider's fault.
      if (this.#isPaused) this.stop('aborted', `the answer was not taken within ${totalMsMax} ms`)
      else this.stop('total_timeout', `no whole answer within ${totalMsMax} ms; ${bytes} bytes of it came`)
    } else if (isTaken && !this.#isPaused && now - this.#movedAt >= firstByteMsMax) {
      this.stop('idle_timeout', `the answer stood still for ${firstByteMsMax} ms after ${bytes} bytes`)
    }
  }

  /** Ends the call from our side; the connection is given up with it. */
  stop(cause: BreakCause, message: string): void {
    if (this.#settled) return
    this.#break(cause, message)
    this.#carrier?.drop()
  }

  #answer(): void {
    const { head } = this.#reader
    if (this.#settled || !head) return
    const now = this.#clock.monotonic()
    this.#settle({
      kind: 'answer',
      status: head.status,
      headers: head.headers,
      body: this.#reader.body(),
      firstByteMs: this.#firstByteAt - this.startedAt,
      totalMs: now - this.startedAt,
    })
  }

  #settle(outcome: CallOutcome): void {
    this.#settled = true
    // The connection may carry another call.
    this.resume()
    this.#waiter.running.delete(this)
    this.#waiter.resolve(outcome)
  }

  #break(cause: BreakCause, message: string): void {
    if (this.#settled) return
    this.#settle({
      kind: 'broken',
      cause,
      message,
      totalMs: this.#clock.monotonic() - this.startedAt,
    })
  }
}

/** Node reports several refused addresses as one error without a message. */
const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  if (!(error instanceof Error)) return String(error)
  return error.message === '' ? error.name : error.message
}
